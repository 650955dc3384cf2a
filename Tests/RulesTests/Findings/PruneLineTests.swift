import Testing

@testable import Rules

@Suite struct PruneLineTests {
    @Test(arguments: [
        ("0 3 * * 0 root /usr/bin/docker system prune -af --volumes", PruneLine.Danger.volumes),
        ("@daily docker volume prune -f", .volumes),
        ("docker volume rm $(docker volume ls -q)", .volumes),
        ("docker --context default volume prune", nil),
        ("docker -H unix:///run/docker.sock volume prune", nil),
        ("\tdocker system prune --force", .images),
        ("docker image prune --all --filter until=24h >/dev/null", .images),
        ("x=$(docker image ls -q) && docker rmi $x", nil),
        ("(docker builder prune -f)", .images),
        ("ExecStart=/usr/bin/docker image prune -f", .images),
        ("docker image rm old", .images),
        ("cd /srv/shop && docker compose down -v", .volumes),
        ("docker compose --file a.yaml down --volumes", .volumes),
        ("docker compose down", nil),
        ("# docker system prune --volumes", nil),
        ("  # docker system prune --volumes", nil),
        ("docker ps --volumes", nil),
        ("mydocker system prune", nil),
        ("docker", nil),
        ("", nil),
    ])
    func isFound(line: String, danger: PruneLine.Danger?) {
        #expect(PruneLine.find(in: line, of: "f").first?.danger == danger)
    }

    @Test func namesTheFileAndTheLine() {
        let found = PruneLine.find(in: "# weekly\n\n0 3 * * 0 root docker system prune -f\n", of: "/etc/cron.d/clean")
        #expect(
            found == [
                PruneLine(file: "/etc/cron.d/clean", line: 3, command: "docker system prune -f", danger: .images)
            ]
        )
        #expect(Finding.schedules(found).map(\.severity) == [.warning])
        #expect(Finding.schedules(found).map(\.subject) == ["/etc/cron.d/clean:3:"])
    }

    @Test func ofAUnitOnlyCommandsCount() {
        let unit = "Description=runs docker system prune\nExecStart=-/usr/bin/docker system prune -f\n"
        #expect(PruneLine.find(in: unit, of: "u", startsWith: "Exec").map(\.line) == [2])
    }
}
