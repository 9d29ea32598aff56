package sandbox

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"image/png"
	"math"
)

// The files are small whatever the meeting's length: nobody can tell from a
// link how long a recording is, and most only look at whether it is there.
const (
	soundRate    = 16_000 // samples a second
	soundSeconds = 3
	videoSeconds = 3
)

// wav is a short WAV file of a soft tone: 16 bits, mono.
func wav() []byte {
	const samples = soundRate * soundSeconds
	b := new(bytes.Buffer)
	b.WriteString("RIFF")
	put(b, binary.LittleEndian, uint32(36+2*samples))
	b.WriteString("WAVEfmt ")
	put(b, binary.LittleEndian, uint32(16), uint16(1), uint16(1), uint32(soundRate), uint32(2*soundRate), uint16(2), uint16(16))
	b.WriteString("data")
	put(b, binary.LittleEndian, uint32(2*samples))
	for i := range samples {
		fade := math.Sin(math.Pi * float64(i) / samples)
		put(b, binary.LittleEndian, int16(3000*fade*math.Sin(2*math.Pi*220*float64(i)/soundRate)))
	}
	return b.Bytes()
}

// put appends numbers; a buffer takes them all.
func put(b *bytes.Buffer, order binary.ByteOrder, numbers ...any) {
	for _, n := range numbers {
		var err error
		var raw []byte
		if raw, err = binary.Append(nil, order, n); err != nil {
			panic(fmt.Sprintf("write number: %v", err))
		}
		b.Write(raw)
	}
}

// mp4 is a short MP4 file of one still picture.
func mp4() []byte {
	const width, height = 320, 180
	var still bytes.Buffer
	if err := jpeg.Encode(&still, picture(width, height, 1), nil); err != nil {
		panic(fmt.Sprintf("draw picture: %v", err))
	}
	start := box("ftyp", []byte("isom"), uint32(0x200), []byte("isomiso2mp41"))
	data := box("mdat", still.Bytes())
	matrix := []uint32{0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000}
	const scale = 1000 // units a second
	const length = uint32(videoSeconds * scale)
	sample := box("jpeg", make([]byte, 6), uint16(1), make([]byte, 16), uint16(width), uint16(height),
		uint32(72<<16), uint32(72<<16), uint32(0), uint16(1), make([]byte, 32), uint16(24), uint16(0xffff))
	table := box("stbl",
		box("stsd", uint32(0), uint32(1), sample),
		box("stts", uint32(0), uint32(1), uint32(1), length),
		box("stsc", uint32(0), uint32(1), uint32(1), uint32(1), uint32(1)),
		box("stsz", uint32(0), uint32(0), uint32(1), uint32(still.Len())),
		box("stco", uint32(0), uint32(1), uint32(len(start)+8)), // the picture follows the head of mdat
	)
	media := box("mdia",
		box("mdhd", uint32(0), uint32(0), uint32(0), uint32(scale), length, uint16(0x55c4), uint16(0)),
		box("hdlr", uint32(0), uint32(0), []byte("vide"), make([]byte, 12), []byte("Video\x00")),
		box("minf",
			box("vmhd", uint32(1), make([]byte, 8)),
			box("dinf", box("dref", uint32(0), uint32(1), box("url ", uint32(1)))),
			table,
		),
	)
	movie := box("moov",
		box("mvhd", uint32(0), uint32(0), uint32(0), uint32(scale), length, uint32(0x10000), uint16(0x100), make([]byte, 10), matrix, make([]byte, 24), uint32(2)),
		box("trak",
			box("tkhd", uint32(7), uint32(0), uint32(0), uint32(1), uint32(0), length, make([]byte, 16), matrix, uint32(width<<16), uint32(height<<16)),
			media,
		),
	)
	return append(append(start, data...), movie...)
}

// box is one box of an MP4 file: its length, its name, what is in it.
func box(name string, parts ...any) []byte {
	inside := new(bytes.Buffer)
	put(inside, binary.BigEndian, parts...)
	b := binary.BigEndian.AppendUint32(nil, uint32(8+inside.Len()))
	return append(append(b, name...), inside.Bytes()...)
}

// screenshot is the nth picture of a meeting, as PNG.
func screenshot(n int) []byte {
	var b bytes.Buffer
	if err := png.Encode(&b, picture(1280, 720, n)); err != nil {
		panic(fmt.Sprintf("draw picture: %v", err))
	}
	return b.Bytes()
}

// picture draws a meeting: four tiles with somebody in each, the nth speaking.
func picture(width, height, n int) image.Image {
	palette := color.Palette{
		color.RGBA{0x20, 0x24, 0x2b, 0xff},                                                                                                             // wall
		color.RGBA{0x3a, 0x5a, 0x78, 0xff}, color.RGBA{0x6a, 0x4c, 0x74, 0xff}, color.RGBA{0x4f, 0x72, 0x52, 0xff}, color.RGBA{0x86, 0x5d, 0x3f, 0xff}, // tiles
		color.RGBA{0xe0, 0xc8, 0xb0, 0xff}, // people
		color.RGBA{0x58, 0xc4, 0x6a, 0xff}, // who speaks
	}
	canvas := image.NewPaletted(image.Rect(0, 0, width, height), palette)
	gap := height / 36
	for tile := range 4 {
		x, y := tile%2*width/2, tile/2*height/2
		area := image.Rect(x+gap, y+gap, x+width/2-gap, y+height/2-gap)
		if tile == (n-1)%4 {
			fill(canvas, area.Inset(-gap/2), palette[6])
		}
		fill(canvas, area, palette[1+tile])
		middle := image.Pt((area.Min.X+area.Max.X)/2, (area.Min.Y+area.Max.Y)/2)
		head, shoulders := height/14, height/6
		disc(canvas, area, middle.Sub(image.Pt(0, head)), head, palette[5])
		disc(canvas, area, middle.Add(image.Pt(0, shoulders+head/3)), shoulders, palette[5])
	}
	return canvas
}

func fill(canvas draw.Image, area image.Rectangle, c color.Color) {
	draw.Draw(canvas, area, image.NewUniform(c), image.Point{}, draw.Src)
}

// disc fills the part of a circle that is within area.
func disc(canvas draw.Image, area image.Rectangle, middle image.Point, radius int, c color.Color) {
	for y := -radius; y <= radius; y++ {
		half := int(math.Sqrt(float64(radius*radius - y*y)))
		line := image.Rect(middle.X-half, middle.Y+y, middle.X+half, middle.Y+y+1)
		fill(canvas, line.Intersect(area), c)
	}
}
