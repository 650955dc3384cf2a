import Docker
import DockerModel
import Linux
import Rules
import Support
import Synchronization
import SystemPackage
import Testing

@testable import Deploy

/// What a deployment does with the images of a release, and what it holds and asks for meanwhile.
@Suite(.timeLimit(.minutes(1))) struct ImagesStoryTests {
    /// One agent's life with one drop for v2.
    private func deploy(_ host: StoryHost, _ lines: String = "") async throws {
        var settings = Settings()
        (settings.disk.guard, settings.disk.target, settings.disk.refuse) = (100, 99, 100)
        let worker = try await host.worker(settings)
        let drop = "IMAGE_TAG=v2\nGITHUB_ACTOR=ci\nGITHUB_TOKEN=secret-token\n" + lines
        try await worker.take(.drop(Array(drop.utf8)), from: Spool(host.app.spool))
        await worker.retire()
        await Task(executorPreference: host.host.executor) { await worker.run() }.value
    }

    // MARK: - The step's override

    @Test func aStepBeforeTheSwitchAsksNoRegistryAndLeavesTheNetworksAlone() async throws {
        try await withStoryHost { host in
            host.change { $0.networks = ["shop_default", "shop_old"] }
            try await deploy(host)
            #expect(
                host.override == #"""
                    services: {"app":{"image":"sha256:v2","pull_policy":"never"}}
                    networks:
                      "default": !override {"external":true,"name":"shop_default"}

                    """#
            )
            #expect(try File.names(in: host.host.runtime).isEmpty)
        }
    }

    @Test func anEngineThatDoesNotTellItsNetworksEndsTheDropBeforeTheStep() async throws {
        try await withStoryHost { host in
            host.change { $0.answers["GET /networks"] = .failure(500, "oh") }
            try await deploy(host)
            #expect(try host.record(2).verdict == .failed)
            #expect(host.did == ["pull v2"])
        }
    }

    // MARK: - Holds

    @Test(arguments: ["check", "login", "pull", "before", "up", "health", "rollback"])
    func theWayBackIsHeldUntilTheVerdict(phase: String) async throws {
        try await withStoryHost { host in
            host.change { $0.bad = ["sha256:v2"] }
            let held = Mutex<[String]?>(nil)
            host.journal.when("shop #2: \(phase)") { [host] in held.withLock { $0 = host.engine.holds.map(\.image) } }
            try await deploy(host)
            // Until the switch, the running container has the image.
            #expect(held.withLock { $0 } == (["check", "login", "pull"].contains(phase) ? [] : ["sha256:v1"]))
            #expect(host.engine.holds.isEmpty)
            #expect(try host.record(2).verdict == .rolledBack)
            // The gate never sees them.
            #expect(try host.record(2).running == ["app": "sha256:v1"])
        }
    }

    /// A prune by hand takes the images of stopped containers too, with the containers.
    @Test func theWayBackOfAnAppThatIsStoppedIsHeldFromTheChecksOn() async throws {
        try await withStoryHost { host in
            host.change { $0.isDown = true }
            let held = Mutex<[String]?>(nil)
            host.journal.when("shop #2: login") { [host] in held.withLock { $0 = host.engine.holds.map(\.image) } }
            try await deploy(host)
            #expect(held.withLock { $0 } == ["sha256:v1"])
        }
    }

    @Test func whatAnEarlierAgentHeldIsReleasedAtTheStart() async throws {
        try await withStoryHost { host in
            host.change { $0.holds = [ShopEngine.Container(id: "left", image: "sha256:v1")] }
            let worker = try await host.worker()
            await worker.retire()
            await Task(executorPreference: host.host.executor) { await worker.run() }.value
            #expect(host.engine.holds.isEmpty && host.engine.container != nil)
        }
    }

    // MARK: - Images that carry Compose's labels

    @Test(arguments: [([], .deployed), (["sha256:v2"], .rolledBack)] as [(Set<String>, Verdict)])
    func aHoldIsNoContainerOfTheService(bad: Set<String>, verdict: Verdict) async throws {
        try await withStoryHost { host in
            host.change { ($0.imageLabels, $0.bad) = (ShopEngine.Container.built, bad) }
            try await deploy(host)
            let record = try host.record(2)
            #expect(record.verdict == verdict, "\(record.reason ?? "")")
        }
    }

    @Test func whatAPersonRunsFromSuchAnImageIsNoContainerOfTheService() async throws {
        try await withStoryHost { host in
            host.change { $0.beside = [.byHand] }
            try await deploy(host)
            let record = try host.record(2)
            #expect(record.verdict == .deployed, "\(record.reason ?? "")")
            #expect(record.running == ["app": "sha256:v2"])
            #expect(!host.journal.lines.contains { $0.contains("sha256:v3") })
        }
    }

    /// At boot, the Engine may start after berth.
    @Test func theReleaseWaitsForTheEngine() async throws {
        try await withStoryHost { host in
            host.change {
                $0.holds = [ShopEngine.Container(id: "left", image: "sha256:v1")]
                $0.answers["GET /_ping"] = []
            }
            host.journal.when(with: "shop: waiting for the Engine") { [host] in
                host.change { $0.answers["GET /_ping"] = nil }
            }
            let worker = try await host.worker()
            await worker.retire()
            await Task(executorPreference: host.host.executor) { await worker.run() }.value
            #expect(host.engine.holds.isEmpty)
        }
    }

    // MARK: - Images beside those of services

    private static let assets = #","volumes":[{"type":"image","source":"assets:1","target":"/assets"}]"#

    @Test func theImageOfAVolumeIsPulledPinnedAndRecorded() async throws {
        try await withStoryHost(hasWayBack: false) { host in
            try host.addToService(Self.assets)
            host.change { $0.registry["assets:1"] = "sha256:assets" }
            try await deploy(host)
            #expect(host.fetched == ["pull --quiet assets:1"])
            let record = try host.record(1)
            #expect(record.verdict == .deployed)
            #expect(record.images?["app:/assets"]?.imageID == "sha256:assets")
            let pin = PinTag.reference(app: host.app.name, use: "app:/assets", number: 1)
            #expect(host.engine.names[pin.rawValue] == "sha256:assets")
        }
    }

    @Test func aMovedImageOfAVolumeIsPutBackAndItsContainerMadeAnew() async throws {
        try await withStoryHost(policy: "{}") { host in
            try host.addToService(Self.assets)
            try host.addToGoodRelease("app:/assets", "assets:1", "sha256:old")
            host.change {
                $0.bad = ["sha256:v2"]
                $0.names["assets:1"] = "sha256:old"
                $0.pulled = ["sha256:old"]
                $0.registry["assets:1"] = "sha256:new"
            }
            try await deploy(host)
            #expect(try host.record(2).verdict == .rolledBack)
            #expect(try host.record(2).images?["app:/assets"]?.imageID == "sha256:new")
            #expect(host.engine.names["assets:1"] == "sha256:old")
        }
    }

    /// What ran before is the release that it went back to, and not the one that was given up.
    @Test func afterARollbackTheImageOfAVolumeIsNewAgain() async throws {
        try await withStoryHost(policy: "{}") { host in
            try host.addToService(Self.assets)
            try host.addToGoodRelease("app:/assets", "assets:1", "sha256:old")
            host.change {
                $0.bad = ["sha256:v2"]
                $0.names["assets:1"] = "sha256:old"
                $0.pulled = ["sha256:old"]
                $0.registry["assets:1"] = "sha256:new"
            }
            try await deploy(host)
            #expect(try host.record(2).verdict == .rolledBack)
            let before = host.did.count
            try await deploy(host, "IMAGE_TAG=v1\n")
            #expect(try host.record(3).verdict == .deployed)
            // The second one makes the container anew, which has the old image.
            #expect(host.did.dropFirst(before).filter { $0 == "up v1" }.count == 2)
        }
    }

    @Test func withoutTheImageOfAVolumeThereIsNoWayBack() async throws {
        try await withStoryHost { host in
            try host.addToService(Self.assets)
            try host.addToGoodRelease("app:/assets", "assets:1", "sha256:gone")
            try await deploy(host)
            let record = try host.record(2)
            #expect(record.verdict == .refused && record.cause == .wayBackMissing)
            #expect(record.reason?.contains("image assets:1 of service app (/assets) (sha256:gone)") == true)
        }
    }

    // MARK: - Names that the Engine does not tell

    /// An override by ID would make each container anew that the release has left as it was. After a step, the names that
    /// the pull has seen are asked for again.
    @Test func anEngineThatDoesNotTellADigestsImageEndsTheDropBeforeTheSwitch() async throws {
        try await withStoryHost { host in
            try host.addToService(#"},"db":{"image":"db@sha256:d1""#)
            host.change { $0.names["db@sha256:d1"] = "sha256:db" }
            host.journal.when("shop #2: up") {
                // An error 500 would be waited out.
                host.change { $0.answers["GET /images/db@sha256:d1/json"] = .answer("no image") }
            }
            try await deploy(host)
            #expect(try host.record(2).verdict == .failed)
            #expect(host.did == ["pull v2", "run v2"])
        }
    }

    // MARK: - The time that a pull may take

    /// It waits for a prune, and pulls the services' images and each other one, with a limit for each.
    @Test func aPullIsNotStuckWhileWhatItDoesIsWithinItsLimits() async throws {
        try await withStoryHost(hasWayBack: false, policy: "{}") { host in
            try host.addToService(Self.assets)
            let (asked, goOn) = (Latch(), Latch())
            host.change {
                $0.registry["assets:1"] = "sha256:assets"
                $0.answers["POST /images/sha256:assets/tag"] =
                    [.open(asked), .wait(goOn)] + .answer("", status: "201 Created")
            }
            let worker = try await host.worker()
            try await worker.take(.drop(Array("IMAGE_TAG=v2\n".utf8)), from: Spool(host.app.spool))
            await worker.retire()
            let life = Task(executorPreference: host.host.executor) { await worker.run() }
            await asked.wait()
            let now = host.host.clock.now
            #expect(await !worker.isStuck(at: now.advanced(by: .seconds((45 + 60 + 60) * 60))))
            #expect(await worker.isStuck(at: now.advanced(by: .day)))
            goOn.open()
            await life.value
            #expect(try host.record(1).verdict == .deployed)
        }
    }

    // MARK: - What is not pulled

    @Test func whatTheComposeFileForbidsToPullIsTakenFromTheHost() async throws {
        try await withStoryHost { host in
            try host.addToService(#","pull_policy":"never""#)
            host.change { $0.names["shop:v2"] = "sha256:v2" }
            try await deploy(host)
            let record = try host.record(2)
            #expect(record.verdict == .deployed && record.services["app"]?.imageID == "sha256:v2")
            #expect(host.did.first == "run v2")
        }
    }

    @Test func ifItIsNotThereTheHintSaysWhatToDo() async throws {
        try await withStoryHost { host in
            try host.addToService(#","pull_policy":"never""#)
            try await deploy(host)
            let record = try host.record(2)
            #expect(record.verdict == .failed && record.cause == .imageMissing)
            #expect(record.hint?.contains("build it on the host before the drop") == true)
            #expect(host.did.isEmpty)
        }
    }

    // MARK: - Versions

    @Test func theRecordAndTheJournalTellWhatItRanOn() async throws {
        try await withStoryHost { host in
            try await deploy(host)
            let docker = try #require(try host.record(2).docker)
            #expect("\(docker)" == "Docker Engine 28.5.1, API 1.47, Compose 2.40.3, image store overlay2")
            #expect(host.journal.lines.contains { $0.hasSuffix("shop #2: \(docker)") }, "\(host.journal.lines)")
        }
    }

    @Test func aSwitchOfTheImageStoreIsNamed() async throws {
        try await withStoryHost { host in
            try await deploy(host)
            host.change {
                $0.names = [:]
                $0.answers["GET /info"] = .answer(
                    #"{"ServerVersion":"29.7.2","DockerRootDir":"/","Driver":"overlayfs","#
                        + #""DriverStatus":[["driver-type","io.containerd.snapshotter.v1"]]}"#
                )
            }
            try await deploy(host)
            let record = try host.record(3)
            #expect(record.cause == .wayBackMissing)
            let problem = "since then, the Engine's image store was switched from overlay2 to containerd"
            #expect(record.reason?.contains(problem) == true)
        }
    }

    // MARK: - Names that others use

    @Test func aNameThatMovesUnderAnotherProjectIsAWarning() async throws {
        try await withStoryHost(policy: "{}") { host in
            host.change {
                $0.bad = ["sha256:v2"]
                $0.other = "shop:v1"
                // Meanwhile the registry's tag has moved, and someone has pulled it.
                $0.names["shop:v1"] = "sha256:v3"
            }
            try await deploy(host)
            #expect(try host.record(2).verdict == .rolledBack)
            let warning = "the name shop:v1 stands for another image on this host from now on"
            let line = try #require(host.journal.lines.first { $0.contains(warning) })
            #expect(line.contains("blog-web-1 of project blog"))
        }
    }
}
