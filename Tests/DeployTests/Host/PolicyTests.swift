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
        "null", "{}", #"{"health":{}}"#, #"{"health":null,"steps":null,"rollback":null}"#, #"{"steps":[]}"#,
    ])
    func whatIsNotSaidIsByDefault(extensions: String) throws {
        #expect(try policy(extensions) == Policy())
    }

    @Test(arguments: [("auto", true), ("never", false)])
    func mayForbidTheWayBack(word: String, mayRollBack: Bool) throws {
        #expect(try policy(#"{"rollback":"\#(word)"}"#).mayRollBack == mayRollBack)
    }

    /// A step whose parts are as in the README, except for one.
    private static func step(_ key: String, _ value: String?) -> String {
        var parts = ["name": #""a""#, "service": #""app""#, "command": #"["x"]"#, "when": #""after""#]
        parts[key] = value
        let members = parts.sorted { $0.key < $1.key }.map { #""\#($0.key)":\#($0.value)"# }
        return "{\(members.joined(separator: ","))}"
    }

    /// What is written, the key that is to blame, and what is said of it.
    static let mistakes: [(extensions: String, key: String, problem: String)] =
        [
            (#"{"rolback":"never"}"#, "rolback", "unknown key; the keys here are health, steps, rollback"),
            (#"{"rollback":"sometimes"}"#, "rollback", "sometimes is neither auto nor never"),
            (#"{"rollback":false}"#, "rollback", "String"),
            (#"{"health":"2m"}"#, "health", "Dictionary"),
            (#"{"health":{"retries":3}}"#, "health.retries", "keys here are timeout, stable, failFast, observe"),
            (#"{"health":{"failfast":true}}"#, "health.failfast", "unknown key"),
            (#"{"health":{"failFast":"yes"}}"#, "health.failFast", "Bool"),
            (#"{"health":{"timeout":"soon"}}"#, "health.timeout", "soon is no duration"),
            (#"{"health":{"timeout":120}}"#, "health.timeout", "String"),
            (#"{"health":{"timeout":"0s"}}"#, "health.timeout", "no time at all"),
            (#"{"health":{"timeout":"25h"}}"#, "health.timeout", "25h is no duration of up to a day"),
            (#"{"health":{"stable":"10"}}"#, "health.stable", "10 is no duration"),
            (#"{"health":{"observe":"-1s"}}"#, "health.observe", "-1s is no duration"),
            (#"{"steps":{}}"#, "steps", "Array"),
            (#"{"steps":["migrate"]}"#, "steps[0]", "Dictionary"),
            (
                #"{"steps":[\#(step("retries", "3"))]}"#, "steps[0].retries",
                "keys here are name, service, command, when, timeout"
            ),
            (#"{"steps":[\#(step("timeout", "0"))]}"#, "steps[0].timeout", "String"),
            (#"{"steps":[\#(step("timeout", #""0s""#))]}"#, "steps[0].timeout", "no time at all"),
            (#"{"steps":[\#(step("when", #""befor""#))]}"#, "steps[0].when", "befor is neither before nor after"),
            (#"{"steps":[\#(step("command", "[]"))]}"#, "steps[0].command", "it is empty"),
            (#"{"steps":[\#(step("command", #""npm run migrate""#))]}"#, "steps[0].command", "Array"),
            (#"{"steps":[\#(step("name", #""""#))]}"#, "steps[0].name", "it is empty"),
            (
                #"{"steps":[\#(step("service", #""db""#))]}"#, "step a",
                "service db, which the Compose file does not have"
            ),
            (#"{"steps":[\#(step("when", nil)),\#(step("when", nil))]}"#, "steps[0].when", "is missing"),
            (#"{"steps":[\#(step("x", nil)),\#(step("when", #""before""#))]}"#, "steps", "are named a"),
            ("7", "x-berth", "Dictionary"), ("[]", "x-berth", "Dictionary"), (#""never""#, "x-berth", "Dictionary"),
        ]
        + ["name", "service", "command", "when"].map {
            (#"{"steps":[\#(step($0, nil))]}"#, "steps[0].\($0)", "is missing")
        }

    @Test(arguments: mistakes)
    func refusesWhatItDoesNotUnderstand(extensions: String, key: String, problem: String) throws {
        let failure = try #require(throws: Failure.self) { try policy(extensions) }
        #expect(failure.problem.contains("x-berth"))
        #expect(failure.problem.contains(key))
        #expect(failure.problem.contains(problem))
        #expect(!failure.problem.contains("CodingKey"))
        #expect(!failure.hint.isEmpty)
    }
}

/// As the Compose reference writes durations.
@Suite struct ComposeDurationTests {
    @Test(arguments: [
        ("90s", Duration.seconds(90)), ("1m30s", .seconds(90)), ("500ms", .milliseconds(500)), ("2h", .seconds(7200)),
        ("0s", .zero), ("10us", .microseconds(10)), ("1h5m30s20ms", .seconds(3930) + .milliseconds(20)),
        ("30s1m", .seconds(90)), ("1s1s", .seconds(2)), ("007s", .seconds(7)), ("1m0s", .seconds(60)),
        ("24h", .seconds(86_400)), ("23h59m60s", .seconds(86_400)), ("86400000ms", .seconds(86_400)),
    ])
    func isRead(text: String, duration: Duration) {
        #expect(Duration(compose: text) == duration)
    }

    @Test(arguments: [
        "", "0", "90", "s", "m30s", "-1s", "+1s", "1.5s", "1,5s", "1 s", " 1s", "1s ", "1S", "1d", "1min", "1s1", "1ss",
        "25h", "24h1us", "99999999999s", "999999999h999999999h", "1e3s", "0x1s", "١s", "1\u{301}s", "1µs", "1s\n",
        "soon",
    ])
    func nothingElseIs(text: String) {
        #expect(Duration(compose: text) == nil)
    }
}
