import Docker
import DockerModel
import Linux
import Logging
import Rules

extension DiskGuard {
    /// The biggest things that a prune has left on a filesystem, so that the sysadmin knows where to look.
    ///
    /// It takes as long as the Engine needs to measure its volumes, and leaves out what cannot be measured.
    /// - Parameter patience: How long all logs together may take; one of them a tenth of it.
    func occupants(
        of filesystem: Filesystem,
        kept: [Kept],
        patience: Duration = .seconds(20)
    ) async -> [Occupant] {
        // The Engine does not count inodes.
        guard !filesystem.lacksInodes else { return [] }
        guard !filesystem.holds.isEmpty else {
            return [Occupant("everything outside Docker", filesystem.space.used)]
        }
        do throws(EngineError) {
            let usage = try await session.diskUsage()
            var occupants: [Occupant] = []
            var known: [Int64] = []
            if filesystem.holds.contains(.images) {
                let cache = usage.buildCache.filter { !$0.isShared }.map(\.size).sum()
                let layers = layers(usage)
                occupants += images(usage, kept) + layers + [Occupant("the build cache", cache)]
                known += [usage.layersSize, cache] + layers.map(\.bytes)
            }
            var rest = "everything outside Docker"
            if filesystem.holds.contains(.volumes) {
                let (logs, unmeasured) = await logs(within: patience)
                let own = logs + volumes(usage)
                occupants += own
                known += own.map(\.bytes)
                if !unmeasured.isEmpty { rest = "the logs of \(unmeasured.joined(separator: ", ")), and \(rest)" }
            }
            occupants.append(Occupant(rest, max(0, filesystem.space.used - known.sum())))
            return occupants.largest(of: filesystem)
        } catch {
            log.warning("The things that fill \(filesystem.path) could not be listed: \(error)")
            return []
        }
    }

    private func images(_ usage: DiskUsage, _ kept: [Kept]) -> [Occupant] {
        var reasons: [ImageID: Kept.Reason] = [:]
        for kept in kept {
            if case .image(let id, _) = kept.subject { reasons[id] = kept.reason }
        }
        return usage.images.map { image in
            let reason = reasons[image.id]
            let name = image.repoTags.first?.rawValue ?? image.id.rawValue
            return Occupant(
                "image \(name)\(reason.map { " (\($0))" } ?? "")",
                max(0, image.size - (image.sharedSize ?? 0))
            )
        }
    }

    private func volumes(_ usage: DiskUsage) -> [Occupant] {
        // A volume with options may be on another filesystem.
        usage.volumes.filter(\.volume.options.isEmpty).compactMap { entry in
            entry.size.map { Occupant("volume \(entry.volume.name)", $0) }
        }
    }

    /// The containers' writable layers.
    private func layers(_ usage: DiskUsage) -> [Occupant] {
        usage.containers.map { Occupant("files in container \($0.container.name)", $0.size) }
    }

    /// The containers' logs. Only root can read the files, so the Engine sends them, which is slow for large logs.
    private func logs(within patience: Duration) async -> (measured: [Occupant], unmeasured: [String]) {
        let deadline = host.clock.now.advanced(by: patience)
        var measured: [Occupant] = []
        var unmeasured: [String] = []
        for summary in (try? await session.containers()) ?? [] {
            guard let container = try? await session.inspect(summary.id),
                ["json-file", "local"].contains(container.logDriver)
            else { continue }
            let time = min(patience / 10, host.clock.now.duration(to: deadline))
            let size = time > .zero ? try? await session.logSize(container.id, within: time) : nil
            if let size, size.isComplete {
                measured.append(Occupant("the log of \(container.name)", size.bytes))
            } else {
                unmeasured.append(container.name)
            }
        }
        return (measured, unmeasured)
    }
}
