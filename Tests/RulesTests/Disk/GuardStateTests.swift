import DockerModel
import Testing

@testable import Rules

/// When the guard starts, and where it stops.
@Suite struct GuardStateTests {
    private let image = Removal(
        subject: .image(id: "a", names: ["a"]),
        reason: .unused(isLocal: false),
        size: 1,
        frees: 1
    )
    private let volume = Removal(subject: .volume("v"), reason: .unreferenced, size: 1, frees: 1)
    private let dangling = Removal(subject: .image(id: "d", names: []), reason: .dangling, size: 1, frees: 1)

    private func filesystem(
        _ path: String,
        _ percent: Int64,
        _ holds: Set<Filesystem.Content> = [.images, .volumes]
    ) -> Filesystem {
        Filesystem(path: path, holds: holds, space: .init(used: percent, available: 100 - percent), inodes: nil)
    }

    @Test func itStartsAboveTheGuardAndStopsAtTheTarget() {
        var state = GuardState(DiskSettings())
        for percent: Int64 in [0, 70, 71, 80] {
            #expect(state.turn(of: image, Usage([filesystem("/", percent)])) == .leave)
        }
        #expect(state.turn(of: image, Usage([filesystem("/", 81)])) == .start(filesystem("/", 81)))
        #expect(state.turn(of: image, Usage([filesystem("/", 80)])) == .take)
        #expect(state.turn(of: volume, Usage([filesystem("/", 71)])) == .take)
        #expect(state.turn(of: image, Usage([filesystem("/", 70)])) == .leave)
        // The filesystem fills up again meanwhile.
        #expect(state.turn(of: image, Usage([filesystem("/", 75)])) == .take)
    }

    @Test func danglingImagesGoWhileTheUsageIsKnown() {
        var state = GuardState(DiskSettings())
        #expect(state.turn(of: dangling, Usage([filesystem("/", 1)])) == .take)
        #expect(state.turn(of: dangling, nil) == .leave)
        #expect(state.turn(of: image, nil) == .leave)
        #expect(!state.isCalledFor(nil))
    }

    @Test func itStartsOnOneFilesystemAndNotOnTheOther() {
        var state = GuardState(DiskSettings())
        let usage = Usage([
            filesystem("/", 99, []), filesystem("/i", 85, [.images]), filesystem("/v", 76, [.volumes]),
        ])
        #expect(state.isCalledFor(usage))
        #expect(state.turn(of: image, usage) == .start(filesystem("/i", 85, [.images])))
        #expect(state.turn(of: volume, usage) == .leave)
        #expect(!GuardState(DiskSettings()).isCalledFor(Usage([filesystem("/", 99, []), filesystem("/v", 76)])))
    }
}
