# smmctl in a container. goreleaser brings the program, built for the platform, into the folder $TARGETPLATFORM.
# smmctl runs the program git for fetch and push, with the credential helpers that people have, and sops or
# ssh may be wanted beside it: an image without a shell and packages would publish nothing. Alpine with git,
# OpenSSH's client and the certificates is the smallest that is kept up to date for both.
FROM alpine:3.22
ARG TARGETPLATFORM
RUN apk add --no-cache ca-certificates git openssh-client tzdata \
 && adduser -D -u 65532 -h /home/smmctl smmctl \
 && git config --system --add safe.directory /workspace
COPY $TARGETPLATFORM/smmctl /usr/local/bin/smmctl
USER 65532:65532
WORKDIR /workspace
ENTRYPOINT ["smmctl"]
