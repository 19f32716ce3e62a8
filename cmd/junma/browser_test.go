package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"junma/sandbox"
)

// TestBrowser goes through the page as two people would, in a real browser: the warning arrives on the town's phone,
// the town reports with a picture, the department closes it, and both phones show it closed. JUNMA_SCREENSHOTS names a
// folder for pictures of each moment.
func TestBrowser(t *testing.T) {
	page := openPage(t, 1400, 950)
	w := page.world
	w.play(t, []string{"project", "p1"}, []string{"stage", "p1", "施工许可", "start=2026-02-07", "limit=25日"})

	page.showPhones("user-chen", "user-lin")
	page.click(`[data-testid="clock-next-day"]`)
	page.see("user-chen", "【橙色预警通报】")
	page.see("user-lin", "【橙色预警通报】")
	page.shot("1-warning")

	page.press("user-chen", "报送情况")
	page.see("user-chen", "请选择预警原因")
	page.say("user-chen", "3")
	page.see("user-chen", "请用一条消息写明具体情况")
	page.say("user-chen", "施工图审查意见还差消防部分,设计单位在改")
	page.see("user-chen", "请发送佐证材料")
	page.click(page.in("user-chen", `[data-testid="sample-photo"]`))
	page.see("user-chen", "收到1件材料")
	page.say("user-chen", "完成")
	page.see("user-chen", "所报内容是否属实")
	page.shot("2-report")
	page.press("user-chen", "属实,确认报送")
	page.see("user-chen", "已报送。")

	page.see("user-lin", "【待办理】")
	page.press("user-lin", "看佐证")
	page.run(chromedp.Poll[chromedp.Void](`document.querySelector('[data-testid="phone-user-lin"] .theirs .pictures img')?.naturalWidth > 0`))
	page.press("user-lin", "已完成办理")
	page.press("user-lin", "今天")
	page.press("user-lin", "确认办理")
	page.see("user-lin", "【已销号】")
	page.see("user-chen", "【已销号】")
	page.shot("3-closed")
	w.play(t, []string{"state", "p1", "施工许可", "橙", "已销号", "closure=办结"})
}

// At phone width one phone is shown at a time, nothing is wider than the screen, and a warning can be answered.
func TestBrowserAtPhoneWidth(t *testing.T) {
	page := openPage(t, 390, 844)
	page.world.play(t, []string{"project", "p1"}, []string{"stage", "p1", "施工许可", "start=2026-02-07", "limit=25日"})
	page.showPhones("user-chen")
	page.click(`[data-testid="clock-next-day"]`)
	page.see("user-chen", "【橙色预警通报】")
	page.press("user-chen", "报送情况")
	page.see("user-chen", "请选择预警原因")
	page.shot("phone-width")
	wide, err := chromedp.Run(page.ctx, chromedp.Evaluate[bool](`document.documentElement.scrollWidth > window.innerWidth`))
	if err != nil || wide {
		t.Errorf("the page is wider than a phone's screen: %t, %v", wide, err)
	}
}

// page is a browser that looks at a world's page.
type page struct {
	t     *testing.T
	ctx   context.Context
	world *world
}

// openPage starts a world, its page and a browser of that size. Errors of the page's own scripts fail the test.
func openPage(t *testing.T, width, height int) *page {
	t.Helper()
	browser := chromium(t)
	w := startWorld(t, "")
	server := httptest.NewServer(sandbox.New(sandbox.Options{Server: w.sandbox, Clock: pageClock{w}, Context: t.Context()}))
	t.Cleanup(server.Close)
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(browser), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.WindowSize(width, height),
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true), chromedp.Flag("lang", "zh-CN"),
	)
	allocator, cancel := chromedp.NewExecAllocator(t.Context(), options...)
	t.Cleanup(cancel)
	ctx, cancel := chromedp.NewContext(allocator)
	t.Cleanup(cancel)
	p := &page{t: t, ctx: ctx, world: w}
	if err := chromedp.Do(ctx, chromedp.EmulateViewport(int64(width), int64(height)), chromedp.Navigate(server.URL)); err != nil {
		t.Fatalf("open the page: %v", err)
	}
	return p
}

// chromium finds the browser. REQUIRE_BROWSER=1 turns its absence into a failure.
func chromium(t *testing.T) string {
	t.Helper()
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	if os.Getenv("REQUIRE_BROWSER") == "1" {
		t.Fatal("no Chromium on this machine, and REQUIRE_BROWSER=1")
	}
	t.Skip("no Chromium on this machine: the page is not tried in a browser")
	return ""
}

// pageClock moves a world's clock as the page asks.
type pageClock struct{ world *world }

func (c pageClock) Now() time.Time { return c.world.businessTime() }

func (c pageClock) Move(ctx context.Context, to string, progress func(time.Time)) error {
	target, err := sandbox.Target(c.Now(), to, c.world.app.Workday)
	if err != nil {
		return err
	}
	return c.world.app.Advance(ctx, target, progress)
}

// nodeGone is said of an element that the page drew anew between finding it and touching it; nothing was touched then.
const nodeGone = "Could not find node with given id"

// run does steps, and fails on whatever the page says went wrong with itself.
func (p *page) run(steps ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	err := chromedp.Do(ctx, steps...)
	for err != nil && strings.Contains(err.Error(), nodeGone) {
		err = chromedp.Do(ctx, steps...)
	}
	if err != nil {
		p.shot("failed")
		p.t.Fatal(err)
	}
	wrong, err := chromedp.Run(ctx, chromedp.Evaluate[string](`document.getElementById('clock-error')?.innerText ?? ''`))
	if err != nil || wrong != "" {
		p.t.Fatalf("the page says %q, %v", wrong, err)
	}
}

// showPhones opens exactly these phones, as a visitor's choice of an earlier visit would.
func (p *page) showPhones(users ...string) {
	p.t.Helper()
	var chosen [][2]string
	for _, user := range users {
		chosen = append(chosen, [2]string{user, ""})
	}
	list, err := json.Marshal(chosen)
	if err != nil {
		p.t.Fatal(err)
	}
	remember := fmt.Sprintf(`localStorage.setItem("junma.phones", %q); localStorage.setItem("junma.active", %q)`, list, users[0])
	p.run(chromedp.WaitVisible(`[data-testid="clock"]`), chromedp.Evaluate[chromedp.Void](remember), chromedp.Reload())
	for _, user := range users {
		p.run(chromedp.WaitReady(`[data-testid="phone-` + user + `"]`))
	}
}

// in is a selector on a person's phone.
func (p *page) in(user, selector string) string {
	return fmt.Sprintf(`[data-testid="phone-%s"] %s`, user, selector)
}

func (p *page) click(selector string) {
	p.t.Helper()
	p.run(chromedp.WaitEnabled(selector), chromedp.Click(selector))
}

// press presses the newest button of that label on a phone.
func (p *page) press(user, label string) {
	p.t.Helper()
	button := fmt.Sprintf(`(//*[@data-testid="phone-%s"]//button[normalize-space()="%s" and not(@disabled)])[last()]`, user, label)
	p.run(chromedp.WaitVisible(button), chromedp.Click(button))
}

func (p *page) say(user, text string) {
	p.t.Helper()
	p.run(chromedp.SendKeys(p.in(user, `[data-testid="input"]`), text))
	p.send(user)
}

// send sends what stands in a phone's input.
func (p *page) send(user string) {
	p.t.Helper()
	p.click(p.in(user, `[data-testid="send"]`))
}

// see waits until a phone shows every text.
func (p *page) see(user string, texts ...string) {
	p.t.Helper()
	for _, text := range texts {
		p.run(chromedp.Poll[chromedp.Void](fmt.Sprintf(`(document.querySelector('[data-testid="phone-%s"]')?.innerText ?? '').includes(%q)`, user, text)))
	}
}

// shot keeps a picture of the page when JUNMA_SCREENSHOTS names a folder for it.
func (p *page) shot(name string) {
	folder := os.Getenv("JUNMA_SCREENSHOTS")
	if folder == "" {
		return
	}
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	png, err := chromedp.Run(ctx, chromedp.CaptureScreenshot())
	if err != nil {
		p.t.Logf("no picture: %v", err)
		return
	}
	if err := os.WriteFile(filepath.Join(folder, p.t.Name()+"-"+name+".png"), png, 0o644); err != nil {
		p.t.Error(err)
	}
}
