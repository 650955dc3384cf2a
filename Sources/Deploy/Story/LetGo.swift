import DockerModel
import Linux
import Rules

/// After the verdict, removes the pins of bad releases, and of good releases beyond the app's `keep`, and then dangling
/// images.
struct LetGo: Sendable {
    let pins: Pins
    let disk: DiskGuard
    let host: Host

    func run(_ loose: [ImageReference]) async {
        let end = host.clock.now.advanced(by: DiskGuard.limit)
        // Dangling are images that have lost their names, and those that now have only a registry's digest.
        await disk.pruneInTurn(.dangling, pins.log) {
            for pin in loose where host.clock.now < end { try await pins.unpin(pin) }
        }
    }
}
