package tools

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"image"
	"image/jpeg"
	_ "image/png" // what the API's screenshots are
	"strings"

	"golang.org/x/image/draw"

	"github.com/meetmcp/meetmcp/client"
	"github.com/meetmcp/meetmcp/internal/transcript"
	"github.com/meetmcp/meetmcp/internal/untrusted"
)

type getScreenshots struct {
	botOrLatest
	Images int `json:"images,omitzero" jsonschema:"minimum=1,maximum=3" jsonschema_description:"How many pictures to add, 1000 pixels at most; links only when absent."`
	paged
}

type screenshots struct {
	About
	BotID       untrusted.Word `json:"bot_id"`
	Title       untrusted.Text `json:"title,omitzero"`      // of the latest
	CreatedAt   string         `json:"created_at,omitzero"` // of the latest
	Screenshots []screenshot   `json:"screenshots"`
	Total       int            `json:"total"`
	NextCursor  string         `json:"next_cursor,omitzero"`

	images []picture
}

type screenshot struct {
	Date untrusted.Word `json:"date"`
	URL  untrusted.Word `json:"url"`
}

// picture is an image in a result, in base64.
type picture struct{ data, mime string }

func (o *screenshots) pictures() []picture { return o.images }

func (o *screenshots) Text() string {
	var b strings.Builder
	b.WriteString("Bot " + o.BotID.String())
	if o.CreatedAt != "" {
		fmt.Fprintf(&b, " · %s · %s", o.Title.Quoted(), o.CreatedAt)
	}
	if o.Total == 0 {
		b.WriteString(": no screenshots, as there are none for Zoom or audio_only, before a meeting's end, or after its data was deleted.")
		return b.String()
	}
	fmt.Fprintf(&b, ": %d of %s", len(o.Screenshots), counted(o.Total, "screenshot"))
	if n := len(o.images); n > 0 {
		fmt.Fprintf(&b, ", %d as pictures", n)
	}
	for _, s := range o.Screenshots {
		fmt.Fprintf(&b, "\n%s %s", s.Date, s.URL)
	}
	if o.NextCursor != "" {
		b.WriteString("\nnext_cursor " + o.NextCursor)
	}
	return b.String()
}

func shots(ctx context.Context, api *client.Client, call *Call, in getScreenshots) (*screenshots, error) {
	id, err := finished(ctx, api, call, in.BotID)
	if err != nil {
		return nil, err
	}
	all, err := api.Screenshots(ctx, id)
	if err != nil {
		return nil, err
	}
	skip := 0
	if err := call.at(&skip); err != nil {
		return nil, err
	}
	rest := all[min(max(skip, 0), len(all)):]
	out, err := most(call, len(rest), in.tokens(), least, func(k int, _ detail) (*screenshots, error) {
		out := &screenshots{BotID: untrusted.ID(id), Total: len(all), Screenshots: make([]screenshot, 0, k)}
		if bot := call.latest; bot != nil {
			out.Title, _ = title(bot.Extra, "", bot.BotName, bot.CreatedAt)
			out.CreatedAt = stamp(bot.CreatedAt)
		}
		for _, s := range rest[:k] {
			out.Screenshots = append(out.Screenshots, screenshot{untrusted.ID(s.Date), untrusted.File(s.URL)})
		}
		var err error
		if k < len(rest) {
			out.NextCursor, err = call.next(skip + k)
			out.Next = "get_screenshots with next_cursor as cursor goes on."
		}
		return out, err
	})
	if err != nil {
		return nil, err
	}
	shown := *out // another result, as the first has been rendered
	for _, s := range rest[:min(in.Images, len(out.Screenshots))] {
		p, err := fetchPicture(ctx, api, s.URL)
		if ctx.Err() != nil {
			return nil, err
		}
		if err != nil {
			call.note("a picture could not be fetched: " + transcript.Line(reasonOf(err), 200) + ".")
			continue
		}
		shown.images = append(shown.images, p)
	}
	return &shown, nil
}

const (
	pictureSide  = 1000 // pixels, of the longer side
	picturePixel = 50e6 // of one that is taken at all
)

// fetchPicture fetches a screenshot and makes it small enough for a model.
func fetchPicture(ctx context.Context, api *client.Client, url string) (picture, error) {
	raw, err := api.File(ctx, url)
	if err != nil {
		return picture{}, err
	}
	size, _, err := image.DecodeConfig(bytes.NewReader(raw))
	if err != nil || size.Width*size.Height > picturePixel || size.Width < 1 || size.Height < 1 {
		return picture{}, badArgument("The screenshot is not a picture that can be read here. Leave out images to get its link.")
	}
	full, _, err := image.Decode(bytes.NewReader(raw))
	if err != nil {
		return picture{}, badArgument("The screenshot is damaged. Leave out images to get its link.")
	}
	bounds := full.Bounds()
	if longer := max(bounds.Dx(), bounds.Dy()); longer > pictureSide {
		small := image.NewRGBA(image.Rect(0, 0, max(1, bounds.Dx()*pictureSide/longer), max(1, bounds.Dy()*pictureSide/longer)))
		draw.ApproxBiLinear.Scale(small, small.Bounds(), full, bounds, draw.Src, nil)
		full = small
	}
	var encoded bytes.Buffer
	if err := jpeg.Encode(&encoded, full, &jpeg.Options{Quality: 80}); err != nil {
		return picture{}, fmt.Errorf("write picture: %w", err)
	}
	return picture{base64.StdEncoding.EncodeToString(encoded.Bytes()), "image/jpeg"}, nil
}
