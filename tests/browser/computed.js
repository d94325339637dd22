async () => {
  const [times, words, lists, live, bulk, routes] = await Promise.all(
    ["times", "words", "lists", "live", "bulk", "routes"].map((it) => import(`/assets/core/${it}.js`)));
  const now = Date.parse("2026-03-01T08:00:05Z");
  const alert = (id, more) => ({id, severity: "warning", status: "firing", labels: {}, fired_at: id,
    snoozed_until: null, ...more});
  const next = (more) => words.nextOf(alert("1", {next_action: {kind: "escalate", at: null, why: "",
    step: null, targets: [], again: false, ...more}}), now);
  const poll = (more) => live.pollAfter({isHidden: false, isRestless: false, failures: 0, chance: 1, ...more});
  const kept = lists.keptInPlace(["2", "1"], new Map([["2", alert("2")]]), [alert("3"), alert("1")]);
  const shared = lists.sharedLabels([alert("1", {labels: {a: "x", b: "1", c: "s"}}),
    alert("2", {labels: {a: "x", b: "2", c: "s"}})], "c");
  return {
    ages: [30_000, 540_000, 7_200_000, 200_000_000].map((past) => times.ago(new Date(now - past).toISOString(), now)),
    left: [41_000, 216_000, 3_723_000, -5].map(times.countdown),
    clock: times.clock("2026-03-01T07:50:44Z", now),
    day: times.dayAndTime("2026-03-02T08:00:00Z", now),
    plural: [words.plural(1, "alert"), words.plural(1200, "alert")],
    next: [
      next({at: "2026-03-01T08:03:41Z", step: 2, targets: ["user:bob"]}),
      next({kind: "wake", at: "2026-03-01T09:00:00Z"}),
      next({kind: "none", why: "payments pages nobody for this severity"}),
    ].map((it) => [it.clock, it.short, it.burns]),
    polls: [poll({isRestless: true}), poll({}), poll({isHidden: true}), poll({isHidden: true, hiddenMs: 300_000}), poll({failures: 1}), poll({failures: 1, chance: 0}),
      poll({failures: 9}), poll({failures: 1, retryAfter: 30}), poll({isRestless: true, loadMs: 2000})],
    range: [lists.range(["a", "b", "c", "d"], "c", "a"), lists.range(["a"], "gone", "a")],
    kept: [kept.shown.map((it) => it.id), [...kept.gone], kept.fresh.map((it) => it.id)],
    shared,
    groups: lists.grouped([alert("1", {labels: {s: "x"}}), alert("2"), alert("3", {labels: {s: "x"}})], "s")
      .map((it) => [it.name, it.alerts.length]),
    numbers: bulk.inNumbers("ack", [{id: "1", ok: true}, {id: "2", ok: true, already_acknowledged: true},
      {id: "3", ok: false, error: {code: "already_resolved", message: ""}}]),
    match: [routes.matchPath("/a/{id}", "/a/x%2Fy"), routes.matchPath("/a/{id}", "/a"), routes.matchPath("/a/{id}", "/a/%E0")],
  };
}
