import Rules
import Testing

@Suite struct TrailTests {
    /// What deployments do that keep some folders and point to the newest.
    private let files = snapshot(
        "conf->current/conf",
        "current->releases/3",
        "releases/",
        "releases/3/",
        "releases/3/conf/",
        "releases/3/conf/a=1",
        "loop->loop",
        "out->../etc"
    )

    @Test(arguments: [
        ("conf", ["conf", "current", "releases/3/conf"]),
        ("conf/a", ["conf", "current", "releases/3/conf/a"]),
        ("releases/3", ["releases/3"]),
        ("out/a", ["out/a"]),
        ("nowhere", ["nowhere"]),
    ])
    func hasEachLinkAndWhereItLeads(text: String, trail: [String]) {
        #expect(files.trail(of: path(text)) == trail.map { path($0) })
    }

    @Test func aLoopEnds() {
        #expect(files.trail(of: path("loop/a")).last == path("loop/a"))
    }
}
