import Docker
import Testing

@testable import Deploy

@Suite struct PolicyTests {
    private func policy(_ extensions: String?) throws -> Policy {
        let tail = extensions.map { ",\"x-berth\":\($0)" } ?? ""
        let json = "{\"name\":\"shop\",\"services\":{\"app\":{\"image\":\"shop\"}}\(tail)}"
        return try Policy(of: ComposeModel(json: Array(json.utf8)))
    }

    @Test func isByDefaultWhatTheReadmeSays() throws {
        let policy = try policy(nil)
        #expect(policy == Policy())
        #expect(policy.health.stable == .seconds(10))
        #expect(policy.health.timeout == nil)
        #expect(policy.health.failFast)
        #expect(policy.mayRollBack)
    }

    @Test func isReadWhole() throws {
        let policy = try policy(
            """
            {"health":{"timeout":"2m","stable":"1s","failFast":false,"observe":"500ms"},"rollback":"never","steps":[
            {"name":"migrate","service":"app","command":["npm","run","migrate"],"when":"before"},
            {"name":"sync","service":"app","command":["sync"],"when":"after","timeout":"5s"}]}
            """
        )
        #expect(policy.health.timeout == .seconds(120))
        #expect(policy.health.stable == .seconds(1))
        #expect(!policy.health.failFast)
        #expect(policy.health.observe == .milliseconds(500))
        #expect(!policy.mayRollBack)
        #expect(policy.steps(.before).map(\.name) == ["migrate"])
        #expect(policy.steps(.before).first?.timeout == .seconds(600))
        #expect(policy.steps(.after).first?.timeout == .seconds(5))
    }

    @Test(arguments: [
        (#"{"rolback":"never"}"#, "rolback"), (#"{"rollback":"sometimes"}"#, "sometimes"),
        (#"{"health":{"timeout":"soon"}}"#, "soon"), (#"{"health":{"timeout":120}}"#, "timeout"),
        (#"{"health":{"retries":3}}"#, "retries"),
        (#"{"steps":[{"name":"a","service":"app","command":["x"],"when":"during"}]}"#, "during"),
        (#"{"steps":[{"name":"a","service":"app","command":[],"when":"after"}]}"#, "command"),
        (#"{"steps":[{"name":"a","service":"app","command":"x","when":"after"}]}"#, "command"),
        (#"{"steps":[{"name":"a","service":"db","command":["x"],"when":"after"}]}"#, "db"),
        (
            #"{"steps":[{"name":"a","service":"app","command":["x"],"when":"after"},{"name":"a","service":"app","command":["x"],"when":"after"}]}"#,
            "same name"
        ),
    ])
    func refusesWhatItDoesNotUnderstand(extensions: String, word: String) throws {
        let failure = try #require(throws: Failure.self) { try policy(extensions) }
        #expect(failure.problem.contains("x-berth"))
        #expect(failure.problem.contains(word))
    }

    @Test(arguments: [
        ("90s", Duration.seconds(90)), ("1m30s", .seconds(90)), ("500ms", .milliseconds(500)), ("2h", .seconds(7200)),
        ("0s", .zero), ("10us", .microseconds(10)),
    ])
    func readsADuration(text: String, duration: Duration) {
        #expect(Duration(compose: text) == duration)
    }

    @Test(arguments: ["", "90", "s", "-1s", "1.5s", "1 s", "1d", "25h", "99999999999s", "1s1", "١s"])
    func readsNoOtherDuration(text: String) {
        #expect(Duration(compose: text) == nil)
    }
}
