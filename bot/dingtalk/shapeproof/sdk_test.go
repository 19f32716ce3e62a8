package shapeproof_test

import (
	"errors"
	"strings"
	"testing"

	openapi "github.com/alibabacloud-go/darabonba-openapi/v2/client"
	card "github.com/alibabacloud-go/dingtalk/card_1_0"
	oauth "github.com/alibabacloud-go/dingtalk/oauth2_1_0"
	robot "github.com/alibabacloud-go/dingtalk/robot_1_0"
	util "github.com/alibabacloud-go/tea-utils/v2/service"
	"github.com/alibabacloud-go/tea/tea"

	sandbox "junma/sandbox/dingtalk"
)

const (
	clientID     = "dingtestapp"
	clientSecret = "a-client-secret"
	lin          = "user-lin"
	group        = "cidTestGroup=="
)

func newServer(t *testing.T) *sandbox.Server {
	t.Helper()
	s := sandbox.New(sandbox.Options{ClientID: clientID, ClientSecret: clientSecret, QPS: -1})
	if err := s.Start("127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	s.AddPeople(sandbox.Person{ID: lin, Name: "林某", Visible: true, Mobile: "13800001111"})
	s.AddGroups(sandbox.Group{ID: group, Title: "市住建局协调群", Members: []string{lin}, Robot: true})
	return s
}

func config(s *sandbox.Server) *openapi.Config {
	return &openapi.Config{Protocol: tea.String("http"), Endpoint: tea.String(strings.TrimPrefix(s.URL(), "http://"))}
}

func must[T any](t *testing.T) func(v T, err error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func accessToken(t *testing.T, s *sandbox.Server) *string {
	t.Helper()
	client := must[*oauth.Client](t)(oauth.NewClient(config(s)))
	got := must[*oauth.GetAccessTokenResponse](t)(client.GetAccessToken(&oauth.GetAccessTokenRequest{
		AppKey: tea.String(clientID), AppSecret: tea.String(clientSecret),
	}))
	if got.Body == nil || tea.StringValue(got.Body.AccessToken) == "" || tea.Int64Value(got.Body.ExpireIn) != 7200 {
		t.Fatalf("token %v", got.Body)
	}
	return got.Body.AccessToken
}

func TestOfficialSDKGetsAToken(t *testing.T) {
	s := newServer(t)
	accessToken(t, s)
	client := must[*oauth.Client](t)(oauth.NewClient(config(s)))
	_, err := client.GetAccessToken(&oauth.GetAccessTokenRequest{AppKey: tea.String(clientID), AppSecret: tea.String("wrong")})
	wantCode(t, err, "invalidClientIdOrSecret", 400)
}

func wantCode(t *testing.T, err error, code string, status int) {
	t.Helper()
	var sdk *tea.SDKError
	if !errors.As(err, &sdk) || tea.StringValue(sdk.Code) != code || tea.IntValue(sdk.StatusCode) != status {
		t.Fatalf("got %v, want %s with %d", err, code, status)
	}
}

func TestOfficialSDKHandlesCards(t *testing.T) {
	s := newServer(t)
	client := must[*card.Client](t)(card.NewClient(config(s)))
	token, runtime := accessToken(t, s), &util.RuntimeOptions{}
	buttons := `{"msgButtons":[{"text":"报送情况","color":"blue","id":"ref1","request":true,"params":{"ref":"ref1"}}]}`
	create := &card.CreateAndDeliverRequest{
		CardTemplateId: tea.String(sandbox.ReadyTemplateID), OutTrackId: tea.String("c1"), CallbackType: tea.String("STREAM"),
		UserIdType: tea.Int32(1), OpenSpaceId: tea.String("dtv1.card//IM_ROBOT." + lin),
		CardData: &card.CreateAndDeliverRequestCardData{CardParamMap: map[string]*string{
			"title": tea.String("题"), "markdown": tea.String("文"), "sys_full_json_obj": tea.String(buttons),
		}},
		ImRobotOpenSpaceModel:   &card.CreateAndDeliverRequestImRobotOpenSpaceModel{SupportForward: tea.Bool(false)},
		ImRobotOpenDeliverModel: &card.CreateAndDeliverRequestImRobotOpenDeliverModel{SpaceType: tea.String("IM_ROBOT"), RobotCode: tea.String(clientID)},
	}
	headers := &card.CreateAndDeliverHeaders{XAcsDingtalkAccessToken: token}
	created := must[*card.CreateAndDeliverResponse](t)(client.CreateAndDeliverWithOptions(create, headers, runtime))
	if r := created.Body.Result; len(r.DeliverResults) != 1 || !tea.BoolValue(r.DeliverResults[0].Success) || tea.StringValue(r.OutTrackId) != "c1" {
		t.Fatalf("created %v", created.Body)
	}
	_, err := client.CreateAndDeliverWithOptions(create, headers, runtime)
	wantCode(t, err, "param.cardAlreadyExist", 400)

	update := &card.UpdateCardRequest{
		OutTrackId: tea.String("c1"), UserIdType: tea.Int32(1),
		CardData:          &card.UpdateCardRequestCardData{CardParamMap: map[string]*string{"markdown": tea.String("新文")}},
		CardUpdateOptions: &card.UpdateCardRequestCardUpdateOptions{UpdateCardDataByKey: tea.Bool(true), UpdatePrivateDataByKey: tea.Bool(true)},
	}
	updated := must[*card.UpdateCardResponse](t)(client.UpdateCardWithOptions(update, &card.UpdateCardHeaders{XAcsDingtalkAccessToken: token}, runtime))
	if !tea.BoolValue(updated.Body.Success) {
		t.Fatalf("updated %v", updated.Body)
	}
	deliver := &card.DeliverCardRequest{
		OutTrackId: tea.String("c1"), UserIdType: tea.Int32(1), OpenSpaceId: tea.String("dtv1.card//IM_GROUP." + group),
		ImGroupOpenDeliverModel: &card.DeliverCardRequestImGroupOpenDeliverModel{RobotCode: tea.String(clientID)},
	}
	delivered := must[*card.DeliverCardResponse](t)(client.DeliverCardWithOptions(deliver, &card.DeliverCardHeaders{XAcsDingtalkAccessToken: token}, runtime))
	if r := delivered.Body.Result; len(r) != 1 || !tea.BoolValue(r[0].Success) {
		t.Fatalf("delivered %v", delivered.Body)
	}
	cards := s.Cards(lin)
	if len(cards) != 2 || cards[0].Markdown != "新文" || len(cards[0].Buttons) != 1 {
		t.Errorf("the person sees %+v", cards)
	}
}

func TestOfficialSDKMeetsAnExpiredToken(t *testing.T) {
	s := newServer(t)
	client := must[*card.Client](t)(card.NewClient(config(s)))
	token := accessToken(t, s)
	s.ExpireToken()
	_, err := client.UpdateCardWithOptions(&card.UpdateCardRequest{OutTrackId: tea.String("c1")},
		&card.UpdateCardHeaders{XAcsDingtalkAccessToken: token}, &util.RuntimeOptions{})
	wantCode(t, err, "InvalidAuthentication", 400)
}

func TestOfficialSDKSendsRobotMessages(t *testing.T) {
	s := newServer(t)
	client := must[*robot.Client](t)(robot.NewClient(config(s)))
	token, runtime := accessToken(t, s), &util.RuntimeOptions{}
	sent := must[*robot.BatchSendOTOResponse](t)(client.BatchSendOTOWithOptions(&robot.BatchSendOTORequest{
		RobotCode: tea.String(clientID), UserIds: []*string{tea.String(lin), tea.String("user-nobody")},
		MsgKey: tea.String("sampleText"), MsgParam: tea.String(`{"content":"单聊"}`),
	}, &robot.BatchSendOTOHeaders{XAcsDingtalkAccessToken: token}, runtime))
	if b := sent.Body; tea.StringValue(b.ProcessQueryKey) == "" || len(b.InvalidStaffIdList) != 1 {
		t.Errorf("sent %v", b)
	}
	must[*robot.OrgGroupSendResponse](t)(client.OrgGroupSendWithOptions(&robot.OrgGroupSendRequest{
		RobotCode: tea.String(clientID), OpenConversationId: tea.String(group),
		MsgKey: tea.String("sampleMarkdown"), MsgParam: tea.String(`{"title":"题","text":"群聊"}`),
	}, &robot.OrgGroupSendHeaders{XAcsDingtalkAccessToken: token}, runtime))
	if one, all := s.Inbox(lin), s.GroupItems(group, lin); len(one) != 1 || one[0].Text != "单聊" || len(all) != 1 || all[0].Text != "群聊" {
		t.Errorf("the person reads %+v and %+v", one, all)
	}
}

func TestOfficialSDKGetsAFile(t *testing.T) {
	s := newServer(t)
	_, codes, err := s.SendFile(sandbox.FileRequest{User: lin, Name: "a.pdf", Data: []byte("%PDF")})
	if err != nil {
		t.Fatal(err)
	}
	client := must[*robot.Client](t)(robot.NewClient(config(s)))
	got := must[*robot.RobotMessageFileDownloadResponse](t)(client.RobotMessageFileDownloadWithOptions(&robot.RobotMessageFileDownloadRequest{
		DownloadCode: tea.String(codes[0]), RobotCode: tea.String(clientID),
	}, &robot.RobotMessageFileDownloadHeaders{XAcsDingtalkAccessToken: accessToken(t, s)}, &util.RuntimeOptions{}))
	if !strings.HasPrefix(tea.StringValue(got.Body.DownloadUrl), s.URL()) {
		t.Errorf("address %v", got.Body)
	}
}
