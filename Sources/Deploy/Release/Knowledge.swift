import Docker
import DockerModel
import Linux
import Rules
import Synchronization

/// What berth has learnt of Compose, each thing with the ground on which it is true, so that Compose is asked again only
/// about what has changed.
///
/// It is in memory alone: no file of it can be out of date or forged, and each agent learns anew. Neither a rendering nor an
/// environment is in it.
final class Knowledge: Sendable {
    private struct Known {
        /// Whether what Compose reads is known: versions before 2.30 put values into a template, and later ones than berth
        /// knows may read other files.
        var isTrusted: Bool {
            version.map { DockerVersion(2, 30, 0) <= $0.version && $0.version < DockerVersion(6, 0, 0) } ?? false
        }

        var version: (program: File.Identity, version: DockerVersion)?
        var templates: [(ground: Ground, template: JSON)] = []
        var releases: [(ground: Ground, release: Release, choices: Choices?)] = []
    }

    private let known = Mutex(Known())

    /// The version of Compose, which changes only with its program.
    func version(of program: File.Identity) -> DockerVersion? {
        known.withLock { $0.version.flatMap { $0.program == program ? $0.version : nil } }
    }

    func note(_ version: DockerVersion, of program: File.Identity) {
        known.withLock { $0.version = (program, version) }
    }

    /// The template of a Compose file that may be stored as it is.
    func template(under ground: Ground) -> JSON? {
        known.withLock { $0.templates.first { $0.ground == ground }?.template }
    }

    func note(_ template: JSON, under ground: Ground) {
        known.withLock { known in
            guard known.isTrusted else { return }
            known.templates.removeAll { $0.ground.folder == ground.folder }
            known.templates.append((ground, template))
        }
    }

    /// A release without its images, and what the variables of a drop decide in it, if that is known too.
    func release(under ground: Ground) -> (release: Release, choices: Choices?)? {
        known.withLock { $0.releases.first { $0.ground == ground }.map { ($0.release, $0.choices) } }
    }

    /// - Parameter choices: kept only without paths, which may have values of `.env` in them.
    func note(_ release: Release, _ choices: Choices?, under ground: Ground) {
        let choices = choices.flatMap { $0.paths.isEmpty && $0.writtenPaths.isEmpty ? $0 : nil }
        var release = release
        release.forgetValues()
        known.withLock { [release] known in
            guard known.isTrusted else { return }
            known.releases.removeAll { $0.ground == ground }
            let earlier = known.releases.indices.filter { known.releases[$0].ground.folder == ground.folder }
            if earlier.count >= Self.limit { known.releases.remove(at: earlier[0]) }
            known.releases.append((ground, release, choices))
        }
    }

    /// How many releases of an app are remembered: the one that runs, the one before it, and one that is being tried.
    private static let limit = 3
}
