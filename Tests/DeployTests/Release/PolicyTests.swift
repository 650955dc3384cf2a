import Deploy
import Docker
import DockerModel
import Rules
import Testing

@Suite struct PolicyTests {
    private func policy(_ extensions: String?) throws -> Policy {
        let tail = extensions.map { ",\"x-berth\":\($0)" } ?? ""
        let json = "{\"name\":\"shop\",\"services\":{\"app\":{\"image\":\"shop\"}}\(tail)}"
        let model = try ComposeModel(json: Array(json.utf8))
        let policy = try model.policy(Policy.self, key: "x-berth") ?? Policy()
        try policy.check(against: model)
        return policy
    }

    @Test func isByDefaultWhatTheReadmeSays() throws {
        let policy = try policy(nil)
        #expect(policy == Policy())
        #expect(policy.health.stable == .seconds(10))
        #expect(policy.health.timeout == nil)
        #expect(policy.health.failFast)
        #expect(policy.health.restarts == 3)
        #expect(policy.mayRollBack)
    }

    @Test func isReadWhole() throws {
        let policy = try policy(
            """
            {"health":{"timeout":"2m","stable":"1s","failFast":false,"observe":"500ms","restarts":0},"rollback":"never","steps":[
            {"name":"migrate","service":"app","command":["npm","run","migrate"],"when":"before"},
            {"name":"sync","service":"app","command":["sync"],"when":"after","timeout":"5s"}]}
            """
        )
        #expect(policy.health.timeout == .seconds(120))
        #expect(policy.health.stable == .seconds(1))
        #expect(!policy.health.failFast)
        #expect(policy.health.observe == .milliseconds(500))
        #expect(policy.health.restarts == 0)
        #expect(!policy.mayRollBack)
        #expect(policy.steps(.before).map(\.name) == ["migrate"])
        #expect(policy.steps(.before).first?.timeout == .seconds(600))
        #expect(policy.steps(.after).first?.timeout == .seconds(5))
    }

    @Test func aStepMayReadWhatAnEarlierOneHasWritten() throws {
        let policy = try policy(
            """
            {"steps":[{"name":"look","service":"app","command":["l"],"when":"after","in":"new","input":"dump"},
            {"name":"dump","service":"app","command":["d"],"when":"before","in":"running",
            "output":{"file":"shop.dump","keep":7,"atLeast":"2KiB"}}]}
            """
        )
        let (dump, look) = (try #require(policy.steps(.before).first), try #require(policy.steps(.after).first))
        #expect(dump.place == .running)
        #expect(dump.output == Policy.Step.Output(file: "shop.dump", keep: 7, atLeast: 2048))
        #expect(look.place == .new)
        #expect(look.input == "dump")
    }

    @Test func aStepRunsByDefaultWhereItsMomentSays() throws {
        let steps = try policy(
            """
            {"steps":[{"name":"a","service":"app","command":["a"],"when":"before","output":{"file":"x"}},
            {"name":"b","service":"app","command":["b"],"when":"after"}]}
            """
        ).steps
        #expect(steps.map(\.place) == [.new, .running])
        #expect(steps[0].output == Policy.Step.Output(file: "x", keep: 5, atLeast: 1))
    }

    @Test(arguments: [("1B", 1), ("512kB", 512_000), ("1KiB", 1024), ("3GiB", 3 << 30), ("2TB", 2_000_000_000_000)])
    func aSizeHasAUnit(text: String, bytes: Int64) { #expect(Int64(bytes: text) == bytes) }

    @Test(arguments: [
        "", "1", "KiB", "1.5MB", "-1B", "1kb", "1 B", "9223372036854775807KiB", "99999999999999999999B", "١B",
    ])
    func noSizeIsGuessed(text: String) { #expect(Int64(bytes: text) == nil) }

    @Test(arguments: [
        "null", "{}", #"{"health":{}}"#, #"{"health":null,"steps":null,"rollback":null}"#, #"{"steps":[]}"#,
    ])
    func whatIsNotSaidIsByDefault(extensions: String) throws {
        #expect(try policy(extensions) == Policy())
    }

    /// What the manual says to hold without a key is what holds without it.
    @Test func eachDefaultIsWhatIsTold() throws {
        for key in Policy.Key.allCases {
            guard let value = key.otherwise?.asJSON else { continue }
            #expect(try policy(#"{"\#(key.rawValue)":\#(value)}"#) == Policy(), "\(key)")
        }
        for key in Policy.HealthKey.allCases {
            guard let value = key.otherwise?.asJSON else { continue }
            #expect(try policy(#"{"health":{"\#(key.rawValue)":\#(value)}}"#) == Policy(), "\(key)")
        }
        for key in Policy.StepKey.allCases {
            guard let value = key.otherwise?.asJSON else { continue }
            let (told, none) = (Self.step(key.rawValue, value), Self.step(key.rawValue, nil))
            #expect(try policy(#"{"steps":[\#(told)]}"#) == policy(#"{"steps":[\#(none)]}"#), "\(key)")
        }
        for key in Policy.OutputKey.allCases {
            guard let value = key.otherwise?.asJSON else { continue }
            let (told, none) = (#"{"file":"x","\#(key.rawValue)":\#(value)}"#, #"{"file":"x"}"#)
            #expect(
                try policy(#"{"steps":[\#(Self.output(told))]}"#) == policy(#"{"steps":[\#(Self.output(none))]}"#),
                "\(key)"
            )
        }
    }

    /// The mistakes below show that each of these must be there.
    @Test func whatMustBeThereIsTold() throws {
        let required = Policy.StepKey.allCases.filter { $0.otherwise == nil }
        #expect(required == [.name, .service, .command, .when])
        #expect(Policy.OutputKey.allCases.filter { $0.otherwise == nil } == [.file])
        #expect(Policy.Key.allCases.allSatisfy { $0.otherwise != nil })
        #expect(Policy.HealthKey.allCases.allSatisfy { $0.otherwise != nil })
    }

    @Test(arguments: [("auto", true), ("never", false)])
    func mayForbidTheWayBack(word: String, mayRollBack: Bool) throws {
        #expect(try policy(#"{"rollback":"\#(word)"}"#).mayRollBack == mayRollBack)
    }

    /// A step as in `docs/releases.md`, with one member replaced.
    private static func step(_ key: String, _ value: String?) -> String {
        var parts = ["name": #""a""#, "service": #""app""#, "command": #"["x"]"#, "when": #""after""#]
        parts[key] = value
        let members = parts.sorted { $0.key < $1.key }.map { #""\#($0.key)":\#($0.value)"# }
        return "{\(members.joined(separator: ","))}"
    }

    private static func output(_ value: String) -> String { step("output", value) }

    /// The policy, the wrong key, and the error's problem.
    static let mistakes: [(extensions: String, key: String, problem: String)] =
        [
            (#"{"rolback":"never"}"#, "rolback", "unknown key; the keys here are health, steps, files, rollback"),
            (#"{"rollback":"sometimes"}"#, "rollback", "sometimes is neither auto nor never"),
            (#"{"rollback":false}"#, "rollback", "String"),
            (#"{"health":"2m"}"#, "health", "Dictionary"),
            (
                #"{"health":{"retries":3}}"#, "health.retries",
                "keys here are timeout, stable, restarts, failFast, observe"
            ),
            (#"{"health":{"failfast":true}}"#, "health.failfast", "unknown key"),
            (#"{"health":{"failFast":"yes"}}"#, "health.failFast", "Bool"),
            (#"{"health":{"timeout":"soon"}}"#, "health.timeout", "soon is not a duration"),
            (#"{"health":{"timeout":120}}"#, "health.timeout", "String"),
            (#"{"health":{"timeout":"0s"}}"#, "health.timeout", "must be more than zero"),
            (#"{"health":{"timeout":"25h"}}"#, "health.timeout", "25h is not a duration of up to a day"),
            (#"{"health":{"stable":"10"}}"#, "health.stable", "10 is not a duration"),
            (#"{"health":{"observe":"-1s"}}"#, "health.observe", "-1s is not a duration"),
            (#"{"health":{"restarts":-1}}"#, "health.restarts", "-1 is not a number from 0 to 1000"),
            (#"{"health":{"restarts":1001}}"#, "health.restarts", "1001 is not a number from 0 to 1000"),
            (#"{"health":{"restarts":"3"}}"#, "health.restarts", "Int"),
            (#"{"steps":{}}"#, "steps", "Array"),
            (#"{"steps":["migrate"]}"#, "steps[0]", "Dictionary"),
            (
                #"{"steps":[\#(step("retries", "3"))]}"#, "steps[0].retries",
                "keys here are name, service, command, when, in, input, output, timeout"
            ),
            (#"{"steps":[\#(step("timeout", "0"))]}"#, "steps[0].timeout", "String"),
            (#"{"steps":[\#(step("timeout", #""0s""#))]}"#, "steps[0].timeout", "must be more than zero"),
            (#"{"steps":[\#(step("when", #""befor""#))]}"#, "steps[0].when", "befor is neither before nor after"),
            (#"{"steps":[\#(step("command", "[]"))]}"#, "steps[0].command", "must not be empty"),
            (#"{"steps":[\#(step("command", #""npm run migrate""#))]}"#, "steps[0].command", "Array"),
            (#"{"steps":[\#(step("name", #""""#))]}"#, "steps[0].name", "must not be empty"),
            (
                #"{"steps":[\#(step("service", #""db""#))]}"#, "step a",
                "names service db, which the Compose file does not have"
            ),
            (#"{"steps":[\#(step("when", nil)),\#(step("when", nil))]}"#, "steps[0].when", "is missing"),
            (#"{"steps":[\#(step("x", nil)),\#(step("when", #""before""#))]}"#, "x-berth", "has two steps named a"),
            (#"{"steps":[\#(step("in", #""runing""#))]}"#, "steps[0].in", "runing is neither new nor running"),
            (#"{"steps":[\#(step("input", #""a""#))]}"#, "step a", "takes its input from a, which is no earlier step"),
            (
                #"{"steps":[\#(step("input", #""b""#)),\#(step("name", #""b""#))]}"#, "step a",
                "takes its input from b, which is no earlier step"
            ),
            (
                #"{"steps":[\#(output(#"{"file":"x"}"#)),\#(step("name", #""b","output":{"file":"x"}"#))]}"#, "x-berth",
                "has two steps with the output x"
            ),
            (#"{"steps":[\#(output("{}"))]}"#, "steps[0].output.file", "is missing"),
            (#"{"steps":[\#(output(#""shop.dump""#))]}"#, "steps[0].output", "Dictionary"),
            (#"{"steps":[\#(output(#"{"file":"x","mode":1}"#))]}"#, "steps[0].output.mode", "file, keep, atLeast"),
            (#"{"steps":[\#(output(#"{"file":"x","keep":0}"#))]}"#, "steps[0].output.keep", "0 is not a number from 1"),
            (#"{"steps":[\#(output(#"{"file":"x","atLeast":"0B"}"#))]}"#, "output.atLeast", "0B is not a size"),
            (#"{"steps":[\#(output(#"{"file":"x","atLeast":"1 K"}"#))]}"#, "output.atLeast", "1 K is not a size"),
            ("7", "x-berth", "Dictionary"), ("[]", "x-berth", "Dictionary"), (#""never""#, "x-berth", "Dictionary"),
        ]
        + ["../x", "a/b", "", ".x", "-x", "a b", "\\u00e9", String(repeating: "x", count: 101)].map {
            (#"{"steps":[\#(output(#"{"file":"\#($0)"}"#))]}"#, "steps[0].output.file", "is not a name of up to 100")
        }
        + ["name", "service", "command", "when"].map {
            (#"{"steps":[\#(step($0, nil))]}"#, "steps[0].\($0)", "is missing")
        }

    @Test(arguments: mistakes)
    func refusesWhatItDoesNotUnderstand(extensions: String, key: String, problem: String) throws {
        let error = #expect(throws: (any Error).self) { try policy(extensions) }
        let failure = try #require(error as? any Explained)
        #expect(failure.sentence.contains("x-berth"))
        #expect(failure.sentence.contains(key))
        #expect(failure.sentence.contains(problem))
        #expect(!failure.sentence.contains("CodingKey"))
        #expect(failure.hint?.isEmpty == false)
    }
}

extension String {
    /// The value that stands between two backquotes and nothing else; nil for words.
    fileprivate var asJSON: String? {
        guard count > 2, first == "`", last == "`", !dropFirst().dropLast().contains("`") else { return nil }
        let value = String(dropFirst().dropLast())
        return value == "true" || value == "false" || Int(value) != nil ? value : "\"\(value)\""
    }
}
