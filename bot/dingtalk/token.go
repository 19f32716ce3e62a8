package dingtalk

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"golang.org/x/sync/singleflight"

	"junma/bot"
)

// tokenMargin is how long before its end a token is no longer used: a call must not reach the vendor with a token that
// expired on the way. Short-lived tokens give up a fifth of their life.
const tokenMargin = 5 * time.Minute

// tokens gives the app's access token. Several replicas may each fetch one: within its lifetime the vendor gives the
// same token again and renews it [KB 0033].
type tokens struct {
	platform *Platform
	key      string
	flight   singleflight.Group
}

// get returns a token that is still good. However many callers wait, one fetches.
func (t *tokens) get(ctx context.Context) (string, error) {
	if token, ok := t.stored(ctx); ok {
		return token, nil
	}
	// The fetch belongs to all who wait for it, so one caller's end must not end it.
	fetched := t.flight.DoChan(t.key, func() (any, error) {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), callTimeout)
		defer cancel()
		if token, ok := t.stored(ctx); ok {
			return token, nil
		}
		return t.fetch(ctx)
	})
	select {
	case r := <-fetched:
		token, _ := r.Val.(string)
		return token, r.Err
	case <-ctx.Done():
		return "", &bot.Error{Op: name + " " + opToken, Kind: bot.Retry, Err: ctx.Err()}
	}
}

// stored looks the token up. A store that can't be read costs a fetch, not the message.
func (t *tokens) stored(ctx context.Context) (string, bool) {
	token, until, err := t.platform.opts.Tokens.Get(ctx, t.key)
	if err != nil {
		t.platform.opts.Log.Warn("dingtalk token store unreadable", "err", err)
	}
	return token, err == nil && token != "" && t.platform.opts.Now().Before(until)
}

// fetch gets a token from the vendor: POST /v1.0/oauth2/accessToken [KB 0033].
func (t *tokens) fetch(ctx context.Context) (string, error) {
	p := t.platform
	body, err := marshal(map[string]string{"appKey": p.opts.ClientID, "appSecret": p.opts.ClientSecret.Reveal()})
	if err != nil {
		return "", err
	}
	data, err := p.do(ctx, call{op: opToken, method: "POST", url: p.opts.APIBase + "/v1.0/oauth2/accessToken", body: body})
	if err != nil {
		// Whatever happened to a token request, the message itself was not sent; nor is it wrong when the secret is, which
		// an administrator mends.
		if e, ok := errors.AsType[*bot.Error](err); ok && (e.Kind == bot.Unknown || e.Kind == bot.Refused) {
			e.Kind = bot.Retry
		}
		return "", err
	}
	var got struct {
		AccessToken string `json:"accessToken"`
		ExpireIn    int64  `json:"expireIn"` // seconds
	}
	if err := json.Unmarshal(data, &got); err != nil || got.AccessToken == "" || got.ExpireIn <= 0 {
		return "", &bot.Error{Op: name + " " + opToken, Kind: bot.Retry, Text: "the answer holds no token"}
	}
	life := time.Duration(got.ExpireIn) * time.Second
	until := p.opts.Now().Add(life - min(tokenMargin, life/5))
	if err := p.opts.Tokens.Put(ctx, t.key, got.AccessToken, until); err != nil {
		p.opts.Log.Warn("dingtalk token not stored", "err", err)
	}
	return got.AccessToken, nil
}

// drop forgets a token that the vendor refused, unless a newer one has taken its place.
func (t *tokens) drop(ctx context.Context, token string) {
	if err := t.platform.opts.Tokens.Drop(ctx, t.key, token); err != nil {
		t.platform.opts.Log.Warn("dingtalk token not dropped", "err", err)
	}
}
