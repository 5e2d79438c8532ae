using System.Diagnostics;
using DotNet.Testcontainers.Builders;
using DotNet.Testcontainers.Configurations;
using DotNet.Testcontainers.Containers;
using DotNet.Testcontainers.Images;
using DotNet.Testcontainers.Networks;

namespace PPYolo.Tests.Distributed;

/// <summary>
/// Two containers on one network, as two machines: the first starts ranks on both with mpirun, which reaches the second by ssh. Both see
/// the tests' folder as <see cref="ProgramFolder"/>, the repository's fixtures as <see cref="FixtureFolder"/> and one writable folder,
/// shared like a network drive, as <see cref="SharedFolder"/>. Started with the first test that runs something, once for all tests of the
/// collection.
/// </summary>
public sealed class TwoMachines : IAsyncLifetime
{
    /// <summary>The folder of the tests, the worker and ppyolo.dll inside the machines.</summary>
    public const string ProgramFolder = "/program";

    /// <summary>The repository's fixtures inside the machines; they are only read.</summary>
    public const string FixtureFolder = "/fixtures";

    /// <summary>The shared folder inside the machines.</summary>
    public const string SharedFolder = "/shared";

    private const string DotnetFolder = "/opt/dotnet";
    private static readonly string[] Names = ["machine1", "machine2"];

    // A run in them ends after 300 seconds; to make the image, packages are loaded.
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(8);

    private readonly TemporaryFolder shared = new();
    private readonly List<IContainer> machines = [];
    private INetwork? network;

    /// <summary>Why there can be no two machines here, or null.</summary>
    public static string? Missing => DockerEngine.Missing;

    /// <summary>The shared folder on this machine.</summary>
    public string Shared => shared.Path;

    /// <summary>Runs a program of the tests' folder as ranks, the same number on each machine.</summary>
    /// <param name="ranksPerMachine">Ranks on each.</param>
    /// <param name="program">The program, for example ppyolo.dll.</param>
    /// <param name="arguments">Its arguments; paths are those inside the machines.</param>
    internal async Task<ProgramResult> RunAsync(int ranksPerMachine, string program, params string[] arguments)
    {
        await StartAsync();
        string[] launcher =
        [
            // The limit is what a failed run may take.
            "timeout",
            "--kill-after=10",
            "300",
            "mpirun",
            "--quiet",
            "--allow-run-as-root",
            "--bind-to",
            "none",
            "--host",
            string.Join(',', Names.Select(name => $"{name}:{ranksPerMachine}")),
            "-np",
            $"{Names.Length * ranksPerMachine}",
            // Between the machines by their network; inside one a container may not read another process's memory.
            "--mca",
            "btl_tcp_if_include",
            "eth0",
            "--mca",
            "oob_tcp_if_include",
            "eth0",
            "--mca",
            "btl_vader_single_copy_mechanism",
            "none",
            "-x",
            "DOTNET_CLI_TELEMETRY_OPTOUT=1",
        ];
        return await ExecAsync(machines[0], [.. launcher, $"{DotnetFolder}/dotnet", $"{ProgramFolder}/{program}", .. arguments]);
    }

    /// <summary>Runs a command on one machine, 0 or 1.</summary>
    internal async Task<ProgramResult> ExecAsync(int machine, params string[] command)
    {
        await StartAsync();
        return await ExecAsync(machines[machine], command);
    }

    /// <inheritdoc />
    public Task InitializeAsync() => Task.CompletedTask;

    /// <inheritdoc />
    public async Task DisposeAsync()
    {
        foreach (var machine in machines)
        {
            await machine.DisposeAsync();
        }

        if (network is not null)
        {
            await network.DisposeAsync();
        }

        shared.Dispose();
    }

    private async Task StartAsync()
    {
        if (machines.Count > 0)
        {
            return;
        }

        var image = await BuildImageAsync();
        network = new NetworkBuilder().Build();
        await network.CreateAsync();
        foreach (var name in Names)
        {
            var machine = new ContainerBuilder(image)
                .WithImagePullPolicy(PullPolicy.Missing)
                .WithHostname(name)
                .WithNetwork(network)
                .WithNetworkAliases(name)
                .WithBindMount(Programs.Folder, ProgramFolder, AccessMode.ReadOnly)
                .WithBindMount(Programs.DotnetRoot, DotnetFolder, AccessMode.ReadOnly)
                .WithBindMount(Fixtures.PathOf(), FixtureFolder, AccessMode.ReadOnly)
                .WithBindMount(Shared, SharedFolder, AccessMode.ReadWrite)
                .Build();
            machines.Add(machine);
            using var cancel = new CancellationTokenSource(Limit);
            await machine.StartAsync(cancel.Token);
        }

        // The first machine may enter the second; the key lives as long as the containers.
        var key = await CheckedAsync(
            machines[0],
            "ssh-keygen -q -t ed25519 -N '' -f /root/.ssh/id_ed25519 && cat /root/.ssh/id_ed25519.pub"
        );
        await CheckedAsync(machines[1], $"echo '{key.Output.Trim()}' > /root/.ssh/authorized_keys && chmod 600 /root/.ssh/authorized_keys");
        await CheckedAsync(
            machines[0],
            $"for i in $(seq 50); do ssh -o ConnectTimeout=2 {Names[1]} true && exit 0; sleep 0.2; done; exit 1"
        );
    }

    private static async Task<string> BuildImageAsync()
    {
        const string name = "ppyolo-machine:latest";
        var image = new ImageFromDockerfileBuilder()
            .WithName(name)
            .WithDockerfileDirectory(Path.Combine(Fixtures.Root, "eng", "machine"))
            .WithDockerfile("Dockerfile")
            // Kept for the next run: the engine's cache then answers at once.
            .WithCleanUp(false)
            .WithDeleteIfExists(false)
            .Build();
        using var cancel = new CancellationTokenSource(Limit);
        await image.CreateAsync(cancel.Token);
        return name;
    }

    private static async Task<ProgramResult> CheckedAsync(IContainer machine, string script)
    {
        var result = await ExecAsync(machine, ["sh", "-c", script]);
        return result.ExitCode == 0 ? result : throw new InvalidOperationException($"{script}: {result}");
    }

    private static async Task<ProgramResult> ExecAsync(IContainer machine, string[] command)
    {
        var clock = Stopwatch.StartNew();
        using var cancel = new CancellationTokenSource(Limit);
        var result = await machine.ExecAsync(command, cancel.Token);
        return new ProgramResult(result.ExitCode ?? -1, result.Stdout, result.Stderr, clock.Elapsed);
    }
}
