package handlers_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"junma/handlers"
	"junma/mechanism"
)

const (
	jsonType   = "application/json"
	ndjsonType = "application/x-ndjson"
)

func TestOnlyTheRightTokenOpensADoor(t *testing.T) {
	c := newCity(t, "2026-05-08")
	c.mustTake(record("JD-1"))
	doors := []struct{ method, path, body, right, wrong string }{
		{"POST", "/api/v1/projects", "[]", intakeToken, adminToken},
		{"POST", "/api/v1/roster", "{}", adminToken, intakeToken},
		{"GET", "/api/v1/projects/JD-1", "", intakeToken, adminToken},
		{"GET", "/api/v1/cases", "", intakeToken, adminToken},
	}
	for _, d := range doors {
		for _, token := range []string{"", d.wrong, d.right + "x", d.right[:3]} {
			status, answer := c.call(d.method, d.path, token, jsonType, d.body)
			if status != http.StatusUnauthorized || !strings.HasPrefix(fmt.Sprint(answer["error"]), "令牌缺失或无效") {
				t.Errorf("%s %s with %q: %d %v", d.method, d.path, token, status, answer)
			}
		}
		if status, answer := c.call(d.method, d.path, d.right, jsonType, d.body); status != http.StatusOK {
			t.Errorf("%s %s with the right token: %d %v", d.method, d.path, status, answer)
		}
	}
}

func TestATokenCountsOnlyAsABearerToken(t *testing.T) {
	c := newCity(t, "2026-05-08")
	for header, want := range map[string]int{
		"Bearer " + intakeToken: http.StatusOK, "bearer " + intakeToken: http.StatusOK,
		"Basic " + intakeToken: http.StatusUnauthorized, intakeToken: http.StatusUnauthorized,
	} {
		r := httptest.NewRequest("GET", "/api/v1/cases", nil)
		r.Header.Set("Authorization", header)
		if status, answer := c.serve(r); status != want {
			t.Errorf("%q: %d %v", header, status, answer)
		}
	}
}

func TestAnEmptyTokenOpensNothing(t *testing.T) {
	c := newCity(t, "2026-05-08")
	for _, access := range []handlers.Access{{}, {IntakeTokens: []string{""}, AdminTokens: []string{""}}} {
		r := httptest.NewRequest("GET", "/api/v1/cases", nil)
		r.Header.Set("Authorization", "Bearer ")
		w := httptest.NewRecorder()
		c.handlers.API(access).ServeHTTP(w, r)
		if w.Code != http.StatusUnauthorized {
			t.Errorf("%+v: %d", access, w.Code)
		}
	}
}

func TestRequestsThatAreNotUnderstood(t *testing.T) {
	c := newCity(t, "2026-05-08")
	for _, tc := range []struct {
		name, method, path, contentType, body string
		status                                int
		sentence                              string
	}{
		{"没有内容类型", "POST", "/api/v1/projects", "", "[]", 415, "Content-Type 应为 application/json 或 application/x-ndjson(UTF-8),现为“”。"},
		{"表单", "POST", "/api/v1/projects", "application/x-www-form-urlencoded", "[]", 415, "Content-Type 应为 application/json 或 application/x-ndjson(UTF-8),现为“application/x-www-form-urlencoded”。"},
		{"GBK", "POST", "/api/v1/projects", "application/json; charset=gbk", "[]", 415, "Content-Type 应为 application/json 或 application/x-ndjson(UTF-8),现为“application/json; charset=gbk”。"},
		{"名册不收逐行", "POST", "/api/v1/roster", ndjsonType, "{}", 415, "Content-Type 应为 application/json(UTF-8),现为“application/x-ndjson”。"},
		{"不可读", "POST", "/api/v1/projects", jsonType, "{", 400, "内容无法读取,没有处理任何记录,请按 errors 中的说明更正后重新报送。"},
		{"名册不可读", "POST", "/api/v1/roster", jsonType, "[]", 400, "内容无法读取,没有处理任何记录,请按 errors 中的说明更正后重新报送。"},
		{"baseline 写法", "POST", "/api/v1/projects?baseline=1", jsonType, "[]", 400, "参数 baseline 应为 true 或 false,现为“1”。"},
		{"参数名写错", "POST", "/api/v1/projects?base=true", jsonType, "[]", 400, "没有参数“base”,可用的参数:baseline。"},
		{"参数重复", "GET", "/api/v1/cases?state=x&state=y", "", "", 400, "参数“state”只能写一次。"},
		{"状态不存在", "GET", "/api/v1/cases?state=" + url.QueryEscape("办结"), "", "", 400, "参数 state 应为未办理、已办理未销号、销号超时、已销号、已撤销 或 已升级,现为“办结”。"},
		{"灯色不存在", "GET", "/api/v1/cases?level=red", "", "", 400, "参数 level 应为橙 或 红,现为“red”。"},
		{"页码无效", "GET", "/api/v1/cases?page_token=2", "", "", 400, "参数 page_token 无效,请原样使用上一页答复中的 next_page_token。"},
		{"页长", "GET", "/api/v1/cases?limit=0", "", "", 400, "参数 limit 应为 1 至 1000 的整数,现为“0”。"},
		{"没有的项目", "GET", "/api/v1/projects/JD-9", "", "", 404, "没有编号为“JD-9”的项目,请核对编号。"},
		{"没有的地址", "GET", "/api/v1/project", "", "", 404, "没有这个接口地址,请对照接口说明检查路径。"},
		{"方法不对", "GET", "/api/v1/projects", "", "", 405, "这个地址只支持 POST 方法。"},
		{"方法不对", "DELETE", "/api/v1/projects/JD-1", "", "", 405, "这个地址只支持 GET 方法。"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			token := intakeToken
			if strings.HasPrefix(tc.path, "/api/v1/roster") {
				token = adminToken
			}
			status, answer := c.call(tc.method, tc.path, token, tc.contentType, tc.body)
			if status != tc.status || answer["error"] != tc.sentence {
				t.Errorf("%d %v, want %d %s", status, answer["error"], tc.status, tc.sentence)
			}
		})
	}
}

func TestABodyOver64MiBIsRefused(t *testing.T) {
	c := newCity(t, "2026-05-08")
	const sentence = "内容超过 64 MiB,请分批报送;已处理的记录重复报送不会重复处理。"
	request := func(known bool) *http.Request {
		body := io.MultiReader(strings.NewReader("["+record("A")+","), io.LimitReader(blanks{}, 64<<20), strings.NewReader("]"))
		r := httptest.NewRequest("POST", "/api/v1/projects", body)
		r.Header.Set("Content-Type", jsonType)
		r.Header.Set("Authorization", "Bearer "+intakeToken)
		if known {
			r.ContentLength = 64<<20 + 1
		}
		return r
	}
	status, answer := c.serve(request(true))
	if status != http.StatusRequestEntityTooLarge || answer["error"] != sentence {
		t.Errorf("length told before: %d %v", status, answer)
	}
	status, answer = c.serve(request(false))
	if status != http.StatusRequestEntityTooLarge || answer["error"] != sentence || answer["accepted"] != 1.0 {
		t.Errorf("length not told: %d %v", status, answer)
	}
}

type blanks struct{}

func (blanks) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = ' '
	}
	return len(p), nil
}

func TestRecordsOverHTTP(t *testing.T) {
	c := newCity(t, "2026-05-08")
	for _, tc := range []struct{ contentType, body string }{
		{jsonType, "[" + record("A") + "," + record("B", `"name":"乙"`, `"category":"农业"`) + "]"},
		{ndjsonType + "; charset=UTF-8", record("C", `"name":"丙"`) + "\n" + record("D", `"name":"丁"`, `"category":"农业"`)},
	} {
		status, answer := c.call("POST", "/api/v1/projects", intakeToken, tc.contentType, tc.body)
		if status != http.StatusOK || answer["accepted"] != 1.0 || answer["rejected"] != 1.0 {
			t.Fatalf("%s: %d %v", tc.contentType, status, answer)
		}
		fault := answer["errors"].([]any)[0].(map[string]any)
		if fault["index"] != 1.0 || fault["field"] != "category" || fault["value"] != "农业" || fault["id"] == "" {
			t.Errorf("%s: %v", tc.contentType, fault)
		}
	}
	if status, answer := c.call("POST", "/api/v1/projects?baseline=true", intakeToken, jsonType, "["+record("E", `"name":"戊"`, permit("2026-03-02"))+"]"); status != 200 {
		t.Fatalf("%d %v", status, answer)
	}
	if p := c.project("E"); len(p.Cases) != 1 || !p.Cases[0].Backlog {
		t.Errorf("baseline over HTTP: %+v", p.Cases)
	}
}

func TestAProjectExplainsItself(t *testing.T) {
	c := newCity(t, "2026-05-12")
	c.mustTake(record("JD-1", permit("2026-04-20")))
	status, answer := c.call("GET", "/api/v1/projects/JD-1", intakeToken, "", "")
	if status != http.StatusOK {
		t.Fatalf("%d %v", status, answer)
	}
	if answer["sector"] != "工业" || answer["reds"] != 0.0 {
		t.Errorf("sector %v, reds %v", answer["sector"], answer["reds"])
	}
	stages := answer["stages"].([]any)
	if len(stages) != len(mechanism.Stages) {
		t.Fatalf("%d stages", len(stages))
	}
	permitStage := stages[5].(map[string]any)
	const arithmetic = "自2026年4月20日起算,时限25日(项目记录所载时限),最后期限2026年5月15日24时;2026年5月10日起橙色,2026年5月16日起红灯。"
	if permitStage["light"] != "橙" || permitStage["why"] != arithmetic+"剩余3日。" {
		t.Errorf("施工许可: %v %v", permitStage["light"], permitStage["why"])
	}
	one := answer["cases"].([]any)[0].(map[string]any)
	const why = arithmetic + "2026年5月12日列为橙色预警,接入时已在期内或已逾期。现为未办理·待查阅,第1次推送2026年5月12日,本周期至2026年6月10日。"
	if one["why"] != why {
		t.Errorf("case: %v", one["why"])
	}
	responsible := one["parties"].(map[string]any)["responsible"].(map[string]any)
	if responsible["unit"] != "下涯镇" || responsible["basis"] == "" {
		t.Errorf("responsible: %v", responsible)
	}
	push := one["pushes"].([]any)[0].(map[string]any)
	if push["on"] != "2026-05-12" || push["last"] != "2026-06-10" {
		t.Errorf("push: %v", push)
	}
	deliveries := one["deliveries"].([]any)
	if len(deliveries) == 0 || deliveries[0].(map[string]any)["state"] != "waiting" {
		t.Errorf("deliveries: %v", deliveries)
	}
}

func TestAnUnconfirmedLimitSaysThatItOnlyHints(t *testing.T) {
	c := newCity(t, "2026-05-12")
	c.options.Book = cityBook(t, func(s *mechanism.Spec) { s.Limits.AcceptSamples = false })
	c.handlers = handlers.New(c.options)
	c.mustTake(record("JD-1", `"stages":[{"stage":"施工许可","start":"2026-04-20"}]`))
	_, answer := c.call("GET", "/api/v1/projects/JD-1", intakeToken, "", "")
	stage := answer["stages"].([]any)[5].(map[string]any)
	if stage["hint"] != true || !strings.HasSuffix(stage["why"].(string), "时限为示例、待核定,只提示不预警。") {
		t.Errorf("%v", stage)
	}
	if cases := answer["cases"].([]any); len(cases) > 0 {
		t.Errorf("a hint became a case: %v", cases)
	}
}

func TestPhoneNumbersNeverComeOut(t *testing.T) {
	c := newCity(t, "2026-05-12")
	c.mustTake(record("JD-1", permit("2026-04-20"), `"town":"无此镇"`))
	for _, path := range []string{"/api/v1/projects/JD-1", "/api/v1/cases"} {
		r := httptest.NewRequest("GET", path, nil)
		r.Header.Set("Authorization", "Bearer "+intakeToken)
		w := httptest.NewRecorder()
		c.api().ServeHTTP(w, r)
		if w.Code != 200 || strings.Contains(w.Body.String(), "13800000000") {
			t.Errorf("%s: %d %s", path, w.Code, w.Body)
		}
	}
}

func TestCasesAreFilteredAndPaged(t *testing.T) {
	c := newCity(t, "2026-05-12")
	var all []string
	for i := range 7 {
		all = append(all, record(fmt.Sprintf("橙-%d", i), fmt.Sprintf(`"name":"橙%d"`, i), permit("2026-04-20")))
	}
	all = append(all,
		record("红", `"name":"红"`, permit("2026-04-10")),
		record("绿", `"name":"绿"`, permit("2026-05-10")),
		record("商", `"name":"商"`, `"category":"商服住"`, permit("2026-04-20")))
	c.mustTake(all...)
	for _, tc := range []struct {
		query string
		want  int
	}{
		{"", 9},
		{"level=" + url.QueryEscape("红"), 1},
		{"sector=" + url.QueryEscape("商服住"), 1},
		{"unit=" + url.QueryEscape("市经信局"), 8},
		{"unit=" + url.QueryEscape("市住建局"), 9},
		{"unit=" + url.QueryEscape("市统计局"), 0},
		{"state=" + url.QueryEscape("未办理"), 9},
		{"state=" + url.QueryEscape("已销号"), 0},
		{"stage=" + url.QueryEscape("施工许可") + "&level=" + url.QueryEscape("橙"), 8},
	} {
		if got := c.pages(tc.query, 1); len(got) != tc.want {
			t.Errorf("%s: %d cases, want %d", tc.query, len(got), tc.want)
		}
	}
	seen := map[string]bool{}
	for _, project := range c.pages("limit=4", 3) {
		if seen[project] {
			t.Errorf("%s is on two pages", project)
		}
		seen[project] = true
	}
	if len(seen) != 9 {
		t.Errorf("paging gave %d cases, want 9", len(seen))
	}
}

// pages reads a list to its end and gives the projects of its cases; it must come in that many pages.
func (c *city) pages(query string, want int) []string {
	c.t.Helper()
	var projects []string
	token := ""
	for n := 1; ; n++ {
		path := "/api/v1/cases?" + query
		if token != "" {
			path += "&page_token=" + url.QueryEscape(token)
		}
		status, answer := c.call("GET", path, intakeToken, "", "")
		if status != 200 || n > want {
			c.t.Fatalf("%s: page %d: %d %v", query, n, status, answer)
		}
		for _, one := range answer["cases"].([]any) {
			projects = append(projects, one.(map[string]any)["project"].(string))
		}
		next, more := answer["next_page_token"].(string)
		if !more {
			if n != want {
				c.t.Errorf("%s: %d pages, want %d", query, n, want)
			}
			return projects
		}
		token = next
	}
}

func TestAStoreThatCannotSaveIsNotTheRecordsFault(t *testing.T) {
	c := newCity(t, "2026-05-12")
	if err := c.store.Close(); err != nil {
		t.Fatal(err)
	}
	status, answer := c.call("POST", "/api/v1/projects", intakeToken, jsonType, "["+record("A")+"]")
	if status != http.StatusServiceUnavailable || answer["error"] != "暂时无法保存,请稍后重新报送;已处理的记录重复报送不会重复处理。" || answer["rejected"] != 0.0 {
		t.Errorf("%d %v", status, answer)
	}
	if status, answer = c.call("GET", "/api/v1/projects/A", intakeToken, "", ""); status != http.StatusServiceUnavailable {
		t.Errorf("%d %v", status, answer)
	}
}
