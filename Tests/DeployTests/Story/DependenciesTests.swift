import DockerModel
import Rules
import Support
import Testing

@testable import Deploy

/// What a step before the switch starts, because its service depends on it; and what it leaves as it is.
@Suite(.timeLimit(.minutes(1))) struct DependenciesTests {
    private static let policy = """
        {"steps":[{"name":"migrate","service":"app","command":["true"],"when":"before"}]}
        """

    /// Lets the service depend on others, each with a condition.
    private func depend(_ host: StoryHost, on services: [(name: String, condition: String)]) throws {
        let conditions = services.map { #""\#($0.name)":{"condition":"\#($0.condition)"}"# }.joined(separator: ",")
        let others = services.map { #","\#($0.name)":{"image":"shop:v1""# }.joined(separator: "}")
        try host.addToService(#","depends_on":{\#(conditions)}}"# + others)
        // What follows is not the matter here.
        try host.fail("run v2")
    }

    private func container(of service: String, isUp: Bool = true) -> ShopEngine.Container {
        let labels = [
            "com.docker.compose.project": "shop", "com.docker.compose.service": service,
            "com.docker.compose.oneoff": "False",
        ]
        return ShopEngine.Container(id: service, image: "sha256:v1", labels: labels, isUp: isUp)
    }

    /// The commands that start something before the step, and the step's own.
    private func play(_ host: StoryHost) async throws -> [String] {
        let worker = try await host.worker()
        try await worker.take(.drop(Array("IMAGE_TAG=v2\n".utf8)), from: Spool(host.app.spool))
        await worker.retire()
        await Task(executorPreference: host.host.executor) { await worker.run() }.value
        let record = try host.record(host.number)
        #expect(record.verdict == .failed)
        return host.commands.compactMap { command in
            let words = command.split(separator: " ")
            guard let verb = words.firstIndex(where: { $0 == "run" || $0 == "up" }) else { return nil }
            return words[verb...].filter { !$0.contains("label") && !$0.contains("berth.step") }.joined(separator: " ")
        }
    }

    private let start = "up --detach --no-recreate --no-deps --no-build --pull never"
    private let step = "run --rm --no-TTY --no-deps app true"

    @Test func whatRunsStaysAndOnlyTheRestIsStarted() async throws {
        try await withStoryHost(policy: Self.policy) { host in
            try depend(host, on: [("db", "service_started"), ("cache", "service_started")])
            host.change { $0.beside = [container(of: "db"), container(of: "cache", isUp: false)] }
            #expect(try await play(host) == ["\(start) cache", step])
            #expect(host.engine.beside.filter(\.isUp).map(\.id) == ["db", "cache"])
        }
    }

    @Test func nothingIsStartedIfAllRuns() async throws {
        try await withStoryHost(policy: Self.policy) { host in
            try depend(host, on: [("db", "service_healthy"), ("seed", "service_completed_successfully")])
            host.change { $0.beside = [container(of: "db"), container(of: "seed", isUp: false)] }
            #expect(try await play(host) == [step])
        }
    }

    @Test func whatTheServiceAwaitsTheHealthOfIsAwaited() async throws {
        try await withStoryHost(policy: Self.policy) { host in
            try depend(host, on: [("db", "service_healthy"), ("cache", "service_started")])
            #expect(
                try await play(host) == [
                    "\(start) cache db", start.replacing("--detach", with: "--detach --wait") + " db", step,
                ]
            )
        }
    }

    @Test(arguments: [0, 1])
    func whatTheServiceAwaitsTheEndOfIsAwaited(code: Int) async throws {
        try await withStoryHost(policy: Self.policy) { host in
            try depend(host, on: [("seed", "service_completed_successfully")])
            host.change {
                $0.absent = [container(of: "seed")]
                $0.answers["POST /containers/seed/wait"] = .answer(#"{"StatusCode":\#(code)}"#)
            }
            #expect(try await play(host) == ["\(start) seed"] + (code == 0 ? [step] : []))
            let record = try host.record(2)
            #expect(record.cause == .stepFailed)
            if code == 1 {
                let problem = "step migrate failed: service seed, whose end it waits for, ended with exit code 1"
                #expect(record.reason?.hasPrefix(problem) == true, "\(record.reason ?? "")")
            }
        }
    }

    @Test func withoutTheContainersThatItNeedsTheStepFails() async throws {
        try await withStoryHost(policy: Self.policy) { host in
            try depend(host, on: [("db", "service_started")])
            try host.fail("start v2")
            #expect(try await play(host) == ["\(start) db"])
            let record = try host.record(2)
            #expect(record.cause == .stepFailed)
            let problem = "step migrate failed: what it depends on does not start: exit code 1: start of v2 fails"
            #expect(record.reason?.hasPrefix(problem) == true, "\(record.reason ?? "")")
        }
    }
}
