import Docker
import DockerModel
import Linux
import Logging
import Rules
import SystemPackage

extension DiskGuard {
    /// Which anonymous volumes a Compose file mentions, of a folder or of a release, and whose it is; nil where one of the files
    /// cannot be read.
    func mentions(_ records: [AppName: Records]) async -> [String: String]? {
        do {
            var mentioned: [String: String] = [:]
            for (name, records) in records {
                guard records.isComplete else {
                    throw Failure("the records of \(name) cannot all be read", hint: "see \(context.state)/\(name)")
                }
                for record in records.all {
                    for text in try texts(of: record) {
                        if settings.apps[name] == nil, text.contains(UInt8(ascii: "$")) {
                            throw Failure(
                                "a release of \(name) depends on variables, and the host's file does not name its folder",
                                hint: "name the app in it, or remove its records"
                            )
                        }
                        for volume in mentionedVolumes(in: text) { mentioned[volume] = "\(name)" }
                    }
                    await Task.yield()
                }
            }
            for (name, app) in settings.apps {
                for text in try await texts(of: app, records[name]?.all.last?.variables ?? [:]) {
                    for volume in mentionedVolumes(in: text) { mentioned[volume] = "\(name)" }
                }
            }
            return mentioned
        } catch {
            log.warning("Volumes stay, since not every app's Compose file could be read: \(Failure(error).problem)")
            return nil
        }
    }

    /// A stored Compose file has everything in it that it includes, but the values of variables.
    private func texts(of record: Record) throws(StoreError) -> [[UInt8]] {
        var texts = record.variables.values.map { Array($0.utf8) }
        if record.compose != nil {
            texts.append(try Store(app: record.app, state: context.state).composeText(of: record))
        }
        return texts
    }

    /// What Compose makes of the folder as it is, with the services of every profile, and its template, which also has the
    /// volumes that no service uses.
    private func texts(of app: AppSettings, _ variables: [String: String]) async throws -> [[UInt8]] {
        let environment = context.environment(in: app.directory, variables)
        let compose = Compose(directory: app.directory, environment: environment)
        var texts: [[UInt8]] = []
        for command in [compose.wholeConfig(), compose.template()] {
            texts.append(try await context.processes.capture(command, limit: 16 << 20))
        }
        for file in ComposeFiles.paths(in: app.directory) + [app.directory.appending(".env")] {
            texts.append((try? File.read(file)) ?? [])
        }
        return texts
    }
}
