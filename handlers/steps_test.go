package handlers_test

// Steps of the guided exchanges that many tests take on their way to what they look at.

// describe lets chen open the report of the newest card and name the cause with the situation.
func (c *chat) describe() {
	c.t.Helper()
	c.press("chen", "报送情况")
	c.say("chen", "审批手续:施工图审查意见未闭合,设计单位修改中")
}

// fillIn goes on to the summary that asks for confirmation.
func (c *chat) fillIn() {
	c.t.Helper()
	c.describe()
	c.send("chen", c.file("", jpg))
	c.say("chen", "完成")
}

// report lets chen report a project in the ordinary way.
func (c *chat) report(id string) {
	c.t.Helper()
	c.pressOn("chen", c.project(id).Name, "报送情况")
	c.say("chen", "审批手续")
	c.say("chen", "施工图审查消防意见未闭合,设计单位正在修改")
	c.send("chen", c.file("", jpg))
	c.say("chen", "完成")
	c.press("chen", "属实,确认报送")
	if k := c.theCase(id); len(k.Reports) == 0 {
		c.t.Fatalf("not reported; chen sees:\n%s", c.phones.last("chen"))
	}
}
