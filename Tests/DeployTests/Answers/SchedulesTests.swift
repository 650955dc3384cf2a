import Linux
import Rules
import Support
import SystemPackage
import Testing

@testable import Deploy

@Suite struct SchedulesTests {
    @Test func looksWhereJobsAre() async throws {
        try await withTemporaryFolder { root in
            let files = [
                "etc/crontab": "17 * * * * root docker image prune -f\n",
                "etc/cron.d/clean": "# nightly\n0 3 * * * root docker system prune -af --volumes\n",
                "etc/cron.weekly/docker": "#!/bin/sh\nset -e\n/usr/bin/docker volume prune -f\n",
                "var/spool/cron/crontabs/root": "0 4 * * * docker rmi old\n",
                "etc/systemd/system/tidy.service": "[Service]\nExecStart=/usr/bin/docker system prune -f\n",
                "etc/systemd/system/tidy.timer": "[Timer]\nOnCalendar=daily # docker system prune\n",
            ]
            for (name, text) in files {
                let path = root.pushing(FilePath(name))
                try File.makeFolder(path.removingLastComponent(), mode: .ownerReadWriteExecute)
                try write(text, to: path)
            }
            // A link to nothing, and a folder of a unit's drop-ins, are no jobs.
            try File.makeFolder(root.appending("etc/systemd/system/docker.service.d"), mode: .ownerReadWriteExecute)
            let schedules = Schedules(below: root)
            #expect(
                schedules.lines.map { "\($0.file.dropFirst(root.string.count)):\($0.line) \($0.danger)" } == [
                    "/etc/crontab:1 images", "/etc/cron.d/clean:2 volumes", "/etc/cron.weekly/docker:3 volumes",
                    "/var/spool/cron/crontabs/root:1 images", "/etc/systemd/system/tidy.service:2 images",
                ]
            )
            #expect(schedules.unseen.isEmpty)
        }
    }

    @Test func aHostWithoutCronHasNone() async throws {
        try await withTemporaryFolder { root in
            let schedules = Schedules(below: root)
            #expect(schedules.lines.isEmpty && schedules.unseen.isEmpty)
        }
    }
}
