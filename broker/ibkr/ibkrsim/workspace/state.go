package workspace

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"gannet/broker/ibkr/ibkrsim/web"
)

// Kinds of what is put into the Store.
const (
	kindSequence     = "workspace.sequence" // the next alert's id
	kindWatchlist    = "workspace.watchlist"
	kindAlert        = "workspace.alert"
	kindPreferences  = "workspace.fyi"
	kindNotification = "workspace.notification"
	kindGroup        = "workspace.group"
	kindPresets      = "workspace.presets"
	kindModel        = "workspace.model"
	kindModelPresets = "workspace.model-presets"
)

// Kinds are the kinds of values that go into the Store. They can be restored
// in any order.
func Kinds() []string {
	return []string{kindSequence, kindWatchlist, kindAlert, kindPreferences, kindNotification, kindGroup, kindPresets, kindModel, kindModelPresets}
}

// keep puts v into the store under the user's name and id; nil takes it back.
func (d *desk) keep(kind, id string, v any) {
	d.w.put(kind, url.PathEscape(d.user)+"/"+id, v)
}

func (w *Workspace) put(kind, key string, v any) {
	if w.cfg.Store == nil {
		return
	}
	if v == nil {
		w.cfg.Store.Put(kind, key, nil)
		return
	}
	w.cfg.Store.Put(kind, key, web.Encode(v))
}

// Restore takes back a value that was put into the Store; later values of the
// same key replace earlier ones, an empty or null one removes it. It is for the
// time before the first request. An error means that the value is not one of
// ours or that a limit is exceeded.
func (w *Workspace) Restore(kind, key string, value json.RawMessage) error {
	if err := w.restore(kind, key, value); err != nil {
		return fmt.Errorf("workspace: %s %q: %w", kind, key, err)
	}
	return nil
}

func (w *Workspace) restore(kind, key string, value json.RawMessage) error {
	if kind == kindSequence {
		return w.restoreSequence(value)
	}
	name, id, ok := strings.Cut(key, "/")
	user, err := url.PathUnescape(name)
	if !ok || err != nil {
		return errors.New("the key has no user")
	}
	d, ok := w.desk(user)
	if !ok {
		return errors.New("too many users")
	}
	if len(bytes.TrimSpace(value)) == 0 || string(value) == "null" {
		return d.forget(kind, id)
	}
	return d.restore(kind, id, value)
}

func (w *Workspace) restoreSequence(value json.RawMessage) error {
	n, err := strconv.ParseInt(string(value), 10, 64)
	if err == nil {
		w.nextID = max(w.nextID, n)
	}
	return err
}

// restore reads one value of the user's.
func (d *desk) restore(kind, id string, value json.RawMessage) error {
	switch kind {
	case kindWatchlist:
		return restored(value, func(l *watchlist) error { return d.addList(id, l) })
	case kindAlert:
		return restored(value, d.addAlert)
	case kindPreferences:
		d.fyi = newPreferences()
		return restored(value, func(p *preferences) error { d.fyi = p.complete(); return nil })
	case kindNotification:
		return restored(value, d.addNotification)
	case kindGroup:
		return restored(value, d.addGroup)
	case kindPresets:
		return restored(value, func(p *allocationPresets) error { d.presets = *p; return nil })
	case kindModel:
		return restored(value, d.addModel)
	case kindModelPresets:
		return restored(value, func(p *modelPresets) error { d.rules = *p; return nil })
	}
	return errors.New("not a kind of ours")
}

func restored[T any](value json.RawMessage, add func(*T) error) error {
	v := new(T)
	if err := json.Unmarshal(value, v); err != nil {
		return err
	}
	return add(v)
}

// forget takes a value away that was taken back.
func (d *desk) forget(kind, id string) error {
	switch kind {
	case kindWatchlist:
		delete(d.lists, id)
	case kindAlert:
		if n, err := strconv.ParseInt(id, 10, 64); err == nil {
			d.dropAlert(n)
		}
	case kindNotification:
		d.dropNotification(id)
	case kindGroup:
		d.dropGroup(id)
	case kindModel:
		d.dropModel(id)
	case kindPreferences, kindPresets, kindModelPresets:
		return errors.New("cannot be taken back")
	default:
		return errors.New("not a kind of ours")
	}
	return nil
}

// newID is the next alert's id.
func (w *Workspace) newID() int64 {
	id := w.nextID
	w.nextID++
	w.put(kindSequence, "", w.nextID)
	return id
}
