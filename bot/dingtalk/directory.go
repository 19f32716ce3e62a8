package dingtalk

import (
	"context"
	"encoding/json"

	"junma/bot"
)

// UserByMobile finds the userId of a mobile number: topapi/v2/user/getbymobile [KB 0056], scope
// qyapi_get_member_by_mobile. A number that nobody in the organisation has is an *bot.Error of kind Gone. The number
// stands in no log and no error.
func (p *Platform) UserByMobile(ctx context.Context, mobile string) (string, error) {
	body, err := marshal(map[string]string{"mobile": mobile})
	if err != nil {
		return "", err
	}
	data, err := p.do(ctx, call{
		op: opMobile, method: "POST", url: p.opts.OAPIBase + "/topapi/v2/user/getbymobile", body: body, auth: authQuery, old: true,
	})
	if err != nil {
		return "", err
	}
	var got struct {
		Result struct {
			UserID string `json:"userid"`
		} `json:"result"`
	}
	_ = json.Unmarshal(data, &got) // an answer without the id is judged below
	if got.Result.UserID == "" {
		return "", &bot.Error{Op: name + " " + opMobile, Kind: bot.Gone, Text: "the answer holds no userid"}
	}
	return got.Result.UserID, nil
}
