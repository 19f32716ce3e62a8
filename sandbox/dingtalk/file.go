package dingtalk

import (
	"net/http"
	"time"
)

const (
	fileHostPath = "/filehost/"
	fileURLLife  = 10 * time.Minute // machine time; the vendor promises only that it is temporary
)

type storedFile struct {
	name, mediaType string
	data            []byte
	urlExpires      time.Time
}

// fileURL is POST /v1.0/robot/messageFiles/download (KB-API 0719): a temporary address on the file
// host for a downloadCode.
func (s *Server) fileURL(c *call) answer {
	var req struct {
		DownloadCode string `json:"downloadCode"`
		RobotCode    string `json:"robotCode"`
	}
	if err := c.decode(&req); err != nil {
		return s.refuse(http.StatusBadRequest, "invalidParameter.body.invalid", err.Error())
	}
	if req.RobotCode != s.opt.RobotCode {
		return s.refuse(http.StatusBadRequest, "invalidParameter.robotCode.invalid", "robotCode is not the robot of this app")
	}
	f := s.files[req.DownloadCode]
	if f == nil {
		return s.refuse(http.StatusBadRequest, "invalidParameter.downloadCode.invalid", "unknown downloadCode")
	}
	token := s.newID("")
	s.fileURLs[token] = req.DownloadCode
	f.urlExpires = time.Now().Add(fileURLLife)
	return answer{status: http.StatusOK, json: map[string]any{"downloadUrl": s.baseURL + fileHostPath + token}}
}

// fileBytes is the file host: a plain GET, no token. A request that brings the access token along
// leaks it to a foreign host and is refused.
func (s *Server) fileBytes(c *call) answer {
	if c.r.Header.Get("x-acs-dingtalk-access-token") != "" || c.r.Header.Get("Authorization") != "" {
		return s.refuse(http.StatusBadRequest, "TokenLeaked", "the file host takes no token")
	}
	f := s.files[s.fileURLs[c.r.PathValue("token")]]
	if f == nil || time.Now().After(f.urlExpires) {
		return s.refuse(http.StatusForbidden, "AccessDenied", "the address is unknown or has expired")
	}
	return answer{status: http.StatusOK, raw: f.data, rawType: f.mediaType}
}

// File returns what a person sent under a downloadCode, or the bot under a media id, and its media type.
func (s *Server) File(code string) (data []byte, mediaType string, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f := s.file(code)
	if f == nil {
		return nil, "", false
	}
	return f.data, f.mediaType, true
}
