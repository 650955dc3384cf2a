import Rules
import Support
import SystemPackage
import Testing

@testable import Deploy

/// What the Engine is asked in one deployment of an app with one service.
@Suite(.timeLimit(.minutes(1))) struct RequestsTests {
    /// Deploys a release, and counts the requests of each kind.
    private func requests(of tag: String, besides strangers: Int = 0) async throws -> [String: Int] {
        var kinds: [String: Int] = [:]
        try await withStoryHost(policy: "{}") { host in
            host.change { $0.strangers = strangers }
            var settings = Settings()
            (settings.disk.guard, settings.disk.target, settings.disk.refuse) = (100, 99, 100)
            let worker = try await host.worker(settings)
            try await worker.take(.drop(Array("IMAGE_TAG=\(tag)\n".utf8)), from: host.spool)
            await worker.retire()
            await Task(executorPreference: host.host.executor) { await worker.run() }.value
            #expect(try host.record(2).verdict == .deployed)
            for line in host.asked { kinds[kind(line), default: 0] += 1 }
            // Whether a pull's events are asked for before it has ended depends on how long it takes.
            kinds["GET /events"] = nil
        }
        return kinds
    }

    /// A request without what differs from app to app.
    private func kind(_ line: String) -> String {
        let parts = line.split(separator: "?", maxSplits: 1)
        var words = parts[0].split(separator: "/").map(String.init)
        if words[0] == "DELETE " {
            words[2...] = ["…"]
        } else if words.count > 3 {
            words[2..<(words.count - 1)] = ["…"]
        }
        let filters = ["project", "hold", "reference"].filter { parts.count > 1 && parts[1].contains($0) }
        return ([words.joined(separator: "/")] + filters.prefix(1)).joined(separator: " ")
    }

    /// For one service, one container and one image of the way back. Of these, one ping and one list of holds are the
    /// agent's own, once for all apps.
    private static let asked = [
        "GET /_ping": 3, "GET /info": 2,
        // After the verdict: all of them once, for their first sightings, and what no longer stays.
        "GET /images/json": 1, "GET /images/json reference": 1,
        // Of what holds the way back, and of the release before and after its pull.
        "GET /images/…/json": 3, "POST /images/…/tag": 1,
        // In the checks, before the switch and after it.
        "GET /containers/json project": 3, "GET /containers/…/json": 2,
        "GET /containers/json hold": 4, "POST /containers/create": 1, "DELETE /containers/…": 1,
        // Of the health.
        "GET /events project": 1,
    ]

    @Test func imagesAndContainersOfOthersCostNone() async throws {
        let asked = try await requests(of: "v2", besides: 300)
        #expect(asked == Self.asked)
    }

    @Test func aNewReleaseTakesThese() async throws {
        let asked = try await requests(of: "v2")
        #expect(asked == Self.asked)
    }

    /// The pin of the deployment before goes.
    @Test func theSameReleaseAgainTakesThese() async throws {
        let asked = try await requests(of: "v1")
        let more = [
            "DELETE /images/…": 1,
            // What runs needs no hold, and no pin until the verdict.
            "GET /images/…/json": 1,
            "GET /containers/json hold": 2, "POST /containers/create": 0, "DELETE /containers/…": 0,
        ]
        #expect(asked == Self.asked.merging(more) { $1 }.filter { $0.value > 0 })
    }
}
