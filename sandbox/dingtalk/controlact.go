package dingtalk

import (
	"errors"
	"fmt"
	"mime"
	"net/http"
)

func (s *Server) controlPeople(r *http.Request) (any, error) {
	var req struct {
		People []Person `json:"people"`
	}
	if err := readJSON(r, &req); err != nil {
		return nil, err
	}
	for _, p := range req.People {
		if p.ID == "" || p.Name == "" {
			return nil, errors.New("add people: every person needs an id and a name")
		}
	}
	s.AddPeople(req.People...)
	return s.revision(), nil
}

func (s *Server) controlGroups(r *http.Request) (any, error) {
	var req struct {
		Groups []Group `json:"groups"`
	}
	if err := readJSON(r, &req); err != nil {
		return nil, err
	}
	for _, g := range req.Groups {
		if g.ID == "" || g.Title == "" {
			return nil, errors.New("add groups: every group needs an id and a title")
		}
	}
	s.AddGroups(req.Groups...)
	return s.revision(), nil
}

func (s *Server) controlTemplates(r *http.Request) (any, error) {
	var req struct {
		Templates []Template `json:"templates"`
	}
	if err := readJSON(r, &req); err != nil {
		return nil, err
	}
	s.AddTemplates(req.Templates...)
	return s.revision(), nil
}

func (s *Server) controlPress(r *http.Request) (any, error) {
	var req struct {
		PressRequest
		Presses []PressRequest `json:"presses"`
	}
	if err := readJSON(r, &req); err != nil {
		return nil, err
	}
	presses := req.Presses
	if len(presses) == 0 {
		presses = []PressRequest{req.PressRequest}
	}
	results, err := s.PressAll(r.Context(), presses...)
	if err != nil {
		return nil, err
	}
	return map[string]any{"results": results}, nil
}

func (s *Server) controlSay(r *http.Request) (any, error) {
	var req SayRequest
	if err := readJSON(r, &req); err != nil {
		return nil, err
	}
	id, err := s.Say(req)
	if err != nil {
		return nil, err
	}
	return map[string]string{"msgId": id}, nil
}

func (s *Server) controlSend(r *http.Request) (any, error) {
	req, err := readFileRequest(r)
	if err != nil {
		return nil, err
	}
	id, codes, err := s.SendFile(req)
	if err != nil {
		return nil, err
	}
	return map[string]any{"msgId": id, "codes": codes}, nil
}

func readFileRequest(r *http.Request) (FileRequest, error) {
	var req FileRequest
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || kind != "multipart/form-data" {
		return req, readJSON(r, &req)
	}
	if err := r.ParseMultipartForm(maxControlBody); err != nil {
		return req, fmt.Errorf("read upload: %w", err)
	}
	req = FileRequest{
		User: r.FormValue("user"), Group: r.FormValue("group"), Kind: r.FormValue("kind"),
		Text: r.FormValue("text"), Duplicate: r.FormValue("duplicate") == "true",
	}
	for _, header := range r.MultipartForm.File["file"] {
		part, err := header.Open()
		if err != nil {
			return req, fmt.Errorf("read upload: %w", err)
		}
		data, err := readAll(part)
		_ = part.Close()
		if err != nil {
			return req, err
		}
		req.Files = append(req.Files, NamedFile{Name: header.Filename, Data: data})
	}
	return req, nil
}

func (s *Server) controlRead(r *http.Request) (any, error) {
	var req struct {
		User         string `json:"user"`
		Conversation string `json:"conversation"`
	}
	if err := readJSON(r, &req); err != nil {
		return nil, err
	}
	s.MarkRead(req.User, req.Conversation)
	return s.revision(), nil
}

func (s *Server) controlFault(r *http.Request) (any, error) {
	var req Fault
	if err := readJSON(r, &req); err != nil {
		return nil, err
	}
	id, err := s.SetFault(req)
	if err != nil {
		return nil, err
	}
	return map[string]int{"id": id}, nil
}

func (s *Server) controlClearFault(r *http.Request) (any, error) {
	id, err := number(r, "id", 0)
	if err != nil {
		return nil, err
	}
	s.ClearFaults(int(id))
	return s.revision(), nil
}

func (s *Server) controlSwitch(r *http.Request) (any, error) {
	var req struct {
		Name  string `json:"name"`
		Value string `json:"value"`
	}
	if err := readJSON(r, &req); err != nil {
		return nil, err
	}
	if err := s.SetSwitch(req.Name, req.Value); err != nil {
		return nil, err
	}
	return s.revision(), nil
}

func (s *Server) controlStream(r *http.Request) (any, error) {
	var req struct {
		Action string `json:"action"`
		Reason string `json:"reason"`
	}
	if err := readJSON(r, &req); err != nil {
		return nil, err
	}
	n, err := s.Stream(req.Action, req.Reason)
	if err != nil {
		return nil, err
	}
	return map[string]int{"connections": n}, nil
}
