package city

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
)

// photo draws the picture that somebody sends as evidence: something like a building site under a grainy sky, a few tens
// of kilobytes, other bytes for another seed.
func photo(seed int) ([]byte, error) {
	const width, height = 200, 150
	img := image.NewRGBA(image.Rect(0, 0, width, height))
	grain := uint32(seed)*2654435761 + 1
	for y := range height {
		for x := range width {
			grain ^= grain << 13
			grain ^= grain >> 17
			grain ^= grain << 5
			c := color.RGBA{R: 150, G: 190, B: 225, A: 255} // sky
			switch {
			case y > 120:
				c = color.RGBA{R: 140, G: 120, B: 90, A: 255} // soil
			case x > 40+seed%30 && x < 120 && y > 40+seed%40:
				c = color.RGBA{R: 120, G: 125, B: 135, A: 255} // building
			case x > 150 && x < 154 && y > 15, y > 18 && y < 22 && x > 90 && x < 180:
				c = color.RGBA{R: 225, G: 150, B: 30, A: 255} // crane
			}
			c.R += uint8(grain & 7)
			c.G += uint8(grain >> 3 & 7)
			c.B += uint8(grain >> 6 & 7)
			img.SetRGBA(x, y, c)
		}
	}
	var out bytes.Buffer
	encoder := png.Encoder{CompressionLevel: png.BestSpeed}
	if err := encoder.Encode(&out, img); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}
