package measure

// ascii reports whether text has ASCII characters only, eight at a time.
func ascii(text string) bool {
	for len(text) >= 8 {
		s := text[:8]
		if (s[0]|s[1]|s[2]|s[3]|s[4]|s[5]|s[6]|s[7])&0x80 != 0 {
			return false
		}
		text = text[8:]
	}
	for i := range len(text) {
		if text[i] >= 0x80 {
			return false
		}
	}
	return true
}
