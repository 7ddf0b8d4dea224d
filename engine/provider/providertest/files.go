package providertest

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io/fs"
	"slices"
	"testing/fstest"

	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/provider"
)

const width, height = 64, 48

// Files is the workspace that the suite's attachments lie in: a small picture in
// three formats. A Harness opens its accounts with it.
func Files() fs.FS {
	out := fstest.MapFS{}
	for _, typ := range imageTypes {
		out[pictureName(typ)] = &fstest.MapFile{Data: picture(typ), Mode: 0o644}
	}
	return out
}

var imageTypes = []string{"image/png", "image/jpeg", "image/gif"}

func pictureName(typ string) string { return "media/square." + typ[len("image/"):] }

// picture draws the same picture each time, so that digests are stable.
func picture(typ string) []byte {
	img := image.NewPaletted(image.Rect(0, 0, width, height), color.Palette{color.White, color.RGBA{R: 20, G: 90, B: 160, A: 255}})
	for i := range img.Pix {
		if (i/8)%2 == 0 {
			img.Pix[i] = 1
		}
	}
	var b bytes.Buffer
	var err error
	switch typ {
	case "image/jpeg":
		err = jpeg.Encode(&b, img, nil)
	case "image/gif":
		err = gif.Encode(&b, img, nil)
	default:
		err = png.Encode(&b, img)
	}
	if err != nil {
		panic(err) // a fixed picture into memory
	}
	return b.Bytes()
}

// attachment returns a picture of a type that the platform takes.
func attachment(l provider.Limits, alt string) content.Attachment {
	typ := imageTypes[0]
	for _, known := range imageTypes {
		if slices.Contains(slices.Concat(l.MediaTypes, l.ImageTypes), known) {
			typ = known
			break
		}
	}
	data := picture(typ)
	sum := sha256.Sum256(data)
	return content.Attachment{
		File: pictureName(typ), SHA256: hex.EncodeToString(sum[:]), Alt: alt, Type: typ,
		Width: width, Height: height, Bytes: int64(len(data)),
	}
}
