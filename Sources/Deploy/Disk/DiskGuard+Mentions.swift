import Docker
import DockerModel
import Linux
import Logging
import Rules
import SystemPackage

extension DiskGuard {
    /// The anonymous volumes that the Compose file of a folder or a release mentions, with the file's app; nil if one
    /// of the files cannot be read.
    func mentions(_ histories: [AppName: History]) async -> [VolumeName: AppName]? {
        do {
            var mentioned: [VolumeName: AppName] = [:]
            for (name, history) in histories {
                for volume in try await volumes(inRecordsOf: name, history) { mentioned[volume] = name }
            }
            for (name, app) in settings.apps {
                for text in try await texts(of: app) {
                    for volume in mentionedVolumes(in: text) { mentioned[volume] = name }
                }
            }
            return mentioned
        } catch {
            let problem = Failure(any: error).sentence
            log.warning("Volumes stay, since not every app's Compose file could be read: \(problem)")
            return nil
        }
    }

    /// The volumes that the app's records mention, in the values of variables and in the stored Compose files, in which
    /// every `include` is resolved.
    private func volumes(inRecordsOf name: AppName, _ history: History) async throws -> Set<VolumeName> {
        guard history.isComplete else {
            throw Failure(
                .recordUnreadable,
                "the records of \(name)",
                "cannot all be read",
                hint: "see \(host.state)/\(name)"
            )
        }
        let store = Store(app: name, state: host.state)
        var volumes: Set<VolumeName> = []
        for number in try store.numbers() {
            let record = try store.record(number)
            var texts = record.variables.values.map { Array($0.utf8) }
            if record.compose != nil { texts.append(try store.composeText(of: record)) }
            for text in texts {
                guard settings.apps[name] != nil || !text.contains(UInt8(ascii: "$")) else {
                    throw Failure(
                        .recordUnreadable,
                        "a release of \(name)",
                        "depends on variables, but the settings do not name its folder",
                        hint: "name the app in /etc/berth, or remove its records"
                    )
                }
                volumes.formUnion(mentionedVolumes(in: text))
            }
            await Task.yield()
        }
        return volumes
    }

    /// The variables of the last drop that had its turn.
    private func lastVariables(of store: Store) throws -> [String: String] {
        for number in (try? store.numbers())?.reversed() ?? [] {
            let variables = try store.record(number).variables
            if !variables.isEmpty { return variables }
        }
        return [:]
    }

    /// The folder's Compose model with the services of every profile, its template, which also has volumes that no
    /// service uses, and the files themselves.
    private func texts(of app: AppSettings) async throws -> [[UInt8]] {
        let store = Store(app: app.name, state: host.state)
        let compose = host.compose(in: app.directory, try lastVariables(of: store))
        let redaction = Redaction.of(app)
        var texts: [[UInt8]] = []
        for command in [compose.wholeConfig(), compose.template()] {
            do throws(CommandError) {
                texts.append(try await host.processes.capture(command, limit: 16 << 20))
            } catch {
                // Compose quotes what it cannot read of an `.env`.
                throw error.mapLines { redaction.apply(to: ComposeLine($0).text) }
            }
        }
        for file in ComposeFiles.paths(in: app.directory) + [app.directory.appending(".env")] {
            texts.append((try? File.read(file)) ?? [])
        }
        return texts
    }
}
