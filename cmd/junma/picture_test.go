package main

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
)

// samplePNG draws a small picture; another seed gives other bytes.
func samplePNG(seed int) []byte {
	img := image.NewRGBA(image.Rect(0, 0, 64, 48))
	for y := range 48 {
		for x := range 64 {
			img.Set(x, y, color.RGBA{R: uint8(x * 4), G: uint8(y * 5), B: uint8(seed * 37), A: 255})
		}
	}
	var out bytes.Buffer
	if err := png.Encode(&out, img); err != nil {
		panic(err)
	}
	return out.Bytes()
}
