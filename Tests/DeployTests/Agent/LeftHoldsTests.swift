import Docker
import DockerModel
import Logging
import Rules
import Support
import Testing

@testable import Deploy

/// What earlier agents have left to hold images with.
@Suite(.timeLimit(.minutes(1))) struct LeftHoldsTests {
    private func app(_ name: String) throws -> AppName { try #require(AppName(name)) }

    private func leftHolds(_ host: StoryHost) -> LeftHolds {
        LeftHolds(on: host.host, Logger(label: "test") { [journal = host.journal] _ in journal })
    }

    @Test func theEngineIsAskedOnceForAllApps() async throws {
        try await withStoryHost { host in
            host.change {
                $0.holds = [
                    ShopEngine.Container(id: "one", image: "sha256:v1"),
                    ShopEngine.Container(id: "two", image: "sha256:v1", labels: ["berth.hold": "blog"]),
                    ShopEngine.Container(id: "odd", image: "sha256:v1", labels: ["berth.hold": "No App"]),
                ]
            }
            let holds = leftHolds(host)
            let all = try await withThrowingTaskGroup { group in
                for name in ["shop", "blog", "wiki"] {
                    let app = try app(name)
                    group.addTask { (app, try await holds.holds(of: app).holds) }
                }
                return try await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
            }
            #expect(try all == [app("shop"): ["one"], app("blog"): ["two"], app("wiki"): []])
            #expect(host.asked.map { $0.prefix { $0 != "?" } } == ["GET /_ping", "GET /containers/json"])
        }
    }

    /// A drop has come for the app whose worker asks.
    @Test func theOneThatAsksMayEndAndTheOthersHaveTheirAnswer() async throws {
        try await withStoryHost { host in
            let (asked, never) = (Latch(), Latch())
            host.change { $0.answers["GET /_ping"] = [.open(asked), .wait(never)] }
            let holds = leftHolds(host)
            let (first, second) = (try app("blog"), try app("shop"))
            let asking = Task { try await holds.holds(of: first) }
            await asked.wait()
            let waiting = Task { try await holds.holds(of: second).holds }
            host.change {
                $0.answers["GET /_ping"] = nil
                $0.holds = [ShopEngine.Container(id: "one", image: "sha256:v1")]
            }
            asking.cancel()
            await #expect(throws: (any Error).self) { try await asking.value }
            #expect(try await waiting.value == ["one"])
            never.open()
        }
    }

    @Test func anEngineThatRefusesIsAskedAgain() async throws {
        try await withStoryHost { host in
            host.change { $0.answers["GET /containers/json"] = .failure(500, "oh") }
            let holds = leftHolds(host)
            for name in ["shop", "blog"] {
                let app = try app(name)
                await #expect(throws: EngineError.self) { try await holds.holds(of: app) }
            }
            host.change { $0.answers["GET /containers/json"] = nil }
            #expect(try await holds.holds(of: app("shop")).holds == [])
        }
    }
}
