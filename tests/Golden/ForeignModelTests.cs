using System.Diagnostics;
using PPYolo.Align.Watching;
using PPYolo.Cli.Commands;
using PPYolo.Harness.Checkouts;
using static TorchSharp.torch;

namespace PPYolo.Tests.Golden;

/// <summary>
/// The whole life of a golden in real processes, as somebody else lives it: samples/Golden, a model that this project does not know, built
/// against the packed PPYolo.Align alone, and the packed .NET tool, which approves, compares, explains and bisects without libtorch.
/// </summary>
public sealed class ForeignModelTests : IDisposable
{
    // A version that no feed and no cache has: this very build.
    private static readonly string Version = $"0.1.0-test{Environment.ProcessId}";

    private readonly TemporaryFolder folder = new();

    [Fact]
    public async Task Gets_a_golden_from_the_package_approves_each_change_with_a_reason_and_finds_the_commit_that_moved_it()
    {
        var sample = await Build();
        var tool = await Install();
        // Beside the source, wherever it runs.
        string verified = folder.File("samples", "Golden", "model.verified.golden"),
            received = folder.File("samples", "Golden", "model.received.golden");

        // No golden yet: red, and a received file.
        var first = await Run(sample);
        first.ExitCode.Should().Be(1, first.Output);
        first.Output.Should().Contain($"ppyolo golden approve \"{received}\" --reason");
        File.Exists(verified).Should().BeFalse();
        (await Approve("the first")).ExitCode.Should().Be(0);
        (await Run(sample)).ExitCode.Should().Be(0, "it is approved");
        var approved = await File.ReadAllTextAsync(verified);

        // Another learning rate: red, and what began it is said.
        var changed = await Run(sample, "0.1001");
        changed.ExitCode.Should().Be(1, changed.Output);
        changed.Output.Should().Contain("learning rate").And.Contain("it began in iteration 0, optimizer (learning rate)");
        File.Exists(received).Should().BeTrue();

        // Not on a build server, not without a reason.
        var server = await Approve("a reason", ("CI", "true"));
        server.ExitCode.Should().Be(2, server.Output);
        server.Output.Should().Contain("build server");
        var silent = await Ppyolo(tool, ["golden", "approve", folder.Path]);
        silent.ExitCode.Should().Be(2, silent.Output);
        silent.Output.Should().Contain("--reason");
        (await File.ReadAllTextAsync(verified)).Should().Be(approved);

        // With a reason: green, and the reason is in the log.
        var accepted = await Approve("the rate was raised by a tenth of a percent");
        accepted.ExitCode.Should().Be(0, accepted.Output);
        (await Run(sample, "0.1001")).ExitCode.Should().Be(0);
        File.Exists(received).Should().BeFalse();
        (await File.ReadAllLinesAsync(folder.File("samples", "Golden", "approvals.log")))
            .Should()
            .SatisfyRespectively(
                line => line.Should().Contain("\tthe first\t"),
                line =>
                    line.Should()
                        .Contain("model.verified.golden\tthe rate was raised by a tenth of a percent\t")
                        .And.Contain("learning rate")
            );

        await ComparesWithoutLibtorch(tool);
        await Bisects(tool, folder.File("samples", "Golden"), approved);

        Task<(int ExitCode, string Output)> Approve(string reason, params (string, string)[] environment) =>
            Ppyolo(tool, ["golden", "approve", received, "--reason", reason], environment);
    }

    /// <summary>What needs no libtorch works, and what does says so in a line and writes nothing.</summary>
    private async Task ComparesWithoutLibtorch(string tool)
    {
        var (right, other) = (folder.File("right"), folder.File("other"));
        Record(right, 0.1);
        Record(other, 0.11);

        var explained = await Ppyolo(tool, ["explain", right, other]);
        explained.ExitCode.Should().Be(1, explained.Output);
        explained.Output.Should().Contain("DIVERGED: the runs part in iteration 0 at schedule rate");
        var same = await Ppyolo(tool, ["explain", right, right]);
        same.ExitCode.Should().Be(0, same.Output);
        var weights = Path.Combine(right, "000.npz");
        var converted = await Ppyolo(tool, ["convert", weights, folder.File("w.safetensors")]);
        converted.ExitCode.Should().Be(0, converted.Output);
        var diff = await Ppyolo(tool, ["diff", weights, folder.File("w.safetensors")]);
        diff.ExitCode.Should().Be(0, diff.Output);

        var train = await Ppyolo(tool, ["train", "--config", "ppyolo_r18vd_voc2012", "--record", folder.File("none")]);
        train.ExitCode.Should().Be(2, train.Output);
        train.Output.Trim().Split('\n').Should().ContainSingle().Which.Should().StartWith("ppyolo: libtorch").And.Contain("PPYOLO_NATIVES");
        Directory.Exists(folder.File("none")).Should().BeFalse();
        var natives = Path.Combine(AppContext.BaseDirectory, "runtimes", "linux-x64", "native");
        string[] network = ["convert", weights, folder.File("n.pth"), "--network", "r18vd"];
        (await Ppyolo(tool, network)).Output.Should().Contain("PPYOLO_NATIVES");
        (await Ppyolo(tool, network, ("PPYOLO_NATIVES", natives))).Output.Should().Contain("r18vd").And.NotContain("PPYOLO_NATIVES");
        await ExplainsTrainings(tool);
    }

    /// <summary>Runs of PP-YOLO, of which causes would be tried; files of libtorch that cannot be loaded are as none.</summary>
    private async Task ExplainsTrainings(string tool)
    {
        var (one, two) = (Train("one", "1"), Train("two", "2"));
        var broken = folder.Folder("broken");
        foreach (var name in new[] { "libtorch_cpu.so", "libLibTorchSharp.so" })
        {
            await File.WriteAllTextAsync(Path.Combine(broken, name), "no library");
        }

        (string, string)[][] without =
        [
            [],
            [("PPYOLO_NATIVES", broken)],
        ];
        foreach (var environment in without)
        {
            var explained = await Ppyolo(tool, ["explain", one, two], environment);
            explained.ExitCode.Should().Be(1, explained.Output);
            explained
                .Output.Should()
                .Contain("DIVERGED")
                .And.Contain("no cause was tried by training: libtorch")
                .And.Contain("causes that are computed with libtorch were left out: libtorch");
        }

        string Train(string name, string seed)
        {
            string[] training = ["train", "--config", "ppyolo_r18vd_scenes", "--init", $"generator:{seed}:calm", "--iterations", "1"];
            var path = folder.File(name);
            CommandLine
                .Run([.. training, "--set", "batch=1", "--set", "sizes=[96]", "--record", path, "--trace"])
                .Should()
                .Be(ExitCode.Aligned);
            return path;
        }
    }

    private static void Record(string path, double rate)
    {
        using var scope = NewDisposeScope();
        random.manual_seed(1);
        var model = nn.Sequential(("hidden", nn.Linear(8, 16)), ("tanh", nn.Tanh()), ("out", nn.Linear(16, 1)));
        var optimizer = optim.SGD(model.parameters(), rate);
        using var watch = RunWatch.Start(model, optimizer, path);
        for (var iteration = 0; iteration < 2; iteration++)
        {
            var (x, y) = (randn(32, 8), randn(32, 1));
            watch.Batch(("x", x), ("y", y));
            var loss = nn.functional.mse_loss(model.call(x), y);
            watch.Losses(("mse", loss));
            optimizer.zero_grad();
            loss.backward();
            optimizer.step();
            watch.Step();
        }

        watch.Close();
    }

    /// <summary>
    /// The sample in a repository of its own, whose history has a change of rounding, one that does not compile, and the cause.
    /// </summary>
    private async Task Bisects(string tool, string sample, string golden)
    {
        var repository = folder.Folder("repository");
        Write(
            "Directory.Build.props",
            $"<Project><PropertyGroup><RestoreAdditionalProjectSources>{folder.File("feed")}</RestoreAdditionalProjectSources>"
                + "</PropertyGroup></Project>\n"
        );
        Write("samples/Golden/Golden.csproj", await File.ReadAllTextAsync(Path.Combine(sample, "Golden.csproj")));
        Write("samples/Golden/model.verified.golden", golden);
        var program = await File.ReadAllTextAsync(Path.Combine(sample, "Program.cs"));
        var otherwise = program.Replace(
            "nn.functional.mse_loss(model.call(x), y)",
            "((model.call(x) - y) * 3).square().mean() / 9",
            StringComparison.Ordinal
        );
        otherwise.Should().NotBe(program);
        Git.Run(folder.Path, "init", "-q", repository);
        Commit("The first", program);
        Commit("Write the loss out", otherwise);
        Commit("Half a change", otherwise + "this does not compile\n");
        Commit("Mend it", otherwise + "// mended\n");
        var cause = Commit("Raise the rate", otherwise.Replace("rate = 0.1;", "rate = 0.1001;", StringComparison.Ordinal));

        var found = await Ppyolo(tool, ["golden", "bisect", "--good", "HEAD~4", "--bad", "HEAD", "--repository", repository]);

        found.ExitCode.Should().Be(0, found.Output);
        found
            .Output.Should()
            .Contain($"the first bad commit is {cause}")
            .And.Contain("    Raise the rate")
            .And.Contain("does not build: samples/Golden/Program.cs(")
            .And.Contain("it began in iteration 0, optimizer (learning rate); first learning rate iteration 0: expected 0.1, found 0.1001")
            .And.Contain(": within noise")
            .And.Contain("built: 4, known before: 0, not to be judged: 1;");
        Git.Run(repository, "worktree", "list").Split('\n').Should().ContainSingle();
        Git.Run(repository, "status", "--porcelain").Should().BeEmpty();

        void Write(string name, string content)
        {
            var path = Path.Combine(repository, name);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, content);
        }

        string Commit(string message, string content)
        {
            Write("samples/Golden/Program.cs", content);
            Git.Run(repository, "add", "-A");
            Git.Run(repository, "-c", "user.name=a", "-c", "user.email=a@b", "commit", "-q", "-m", message);
            return Git.Run(repository, "rev-parse", "HEAD");
        }
    }

    public void Dispose() => folder.Dispose();

    /// <summary>Packs the library into a feed of its own and builds the sample against it.</summary>
    private async Task<string> Build()
    {
        string feed = folder.File("feed"),
            sample = folder.File("samples", "Golden");
        await Pack("Align", feed);
        Directory.CreateDirectory(sample);
        foreach (var file in new[] { "Program.cs", "Golden.csproj" })
        {
            File.Copy(Path.Combine(Fixtures.Root, "samples", "Golden", file), Path.Combine(sample, file));
        }

        // As the page on the packages says it, but for where the source is kept: not among the user's.
        var project = Path.Combine(sample, "Golden.csproj");
        var lines = (await File.ReadAllLinesAsync(project)).Where(line => !line.Contains("\"PPYolo.Align\"", StringComparison.Ordinal));
        await File.WriteAllLinesAsync(project, lines);
        var sources = folder.File("nuget.config");
        await File.WriteAllTextAsync(sources, "<configuration />");
        var added = await Dotnet(["nuget", "add", "source", feed, "--name", "ppyolo", "--configfile", sources]);
        added.ExitCode.Should().Be(0, added.Output);
        added = await Dotnet(["add", project, "package", "PPYolo.Align", "--version", Version]);
        added.ExitCode.Should().Be(0, added.Output);
        var built = await Dotnet(["build", sample, "-c", "Release", "--nologo", "-v", "q"]);
        built.ExitCode.Should().Be(0, built.Output);
        return Path.Combine(sample, "bin", "Release", "net10.0", "Golden.dll");
    }

    /// <summary>Packs the program as a .NET tool, and installs it.</summary>
    private async Task<string> Install()
    {
        string feed = folder.File("tool"),
            tools = folder.File("tools");
        await Pack("Cli", feed);
        new FileInfo(Directory.GetFiles(feed).Single()).Length.Should().BeLessThan(10_000_000, "no native library is in it");
        var installed = await Dotnet(["tool", "install", "ppyolo", "--tool-path", tools, "--source", feed, "--version", Version]);
        installed.ExitCode.Should().Be(0, installed.Output);
        return Path.Combine(tools, OperatingSystem.IsWindows() ? "ppyolo.exe" : "ppyolo");
    }

    private async Task Pack(string project, string feed)
    {
        var packed = await Dotnet([
            "pack",
            Path.Combine(Fixtures.Root, "src", project),
            "-c",
            "Release",
            "--no-build",
            "-o",
            feed,
            "--nologo",
            "-v",
            "q",
            $"-p:PackageVersion={Version}",
        ]);
        packed.ExitCode.Should().Be(0, packed.Output);
    }

    private Task<(int ExitCode, string Output)> Run(string sample, params string[] arguments) => Dotnet([sample, .. arguments]);

    private Task<(int ExitCode, string Output)> Ppyolo(string tool, string[] arguments, params (string, string)[] environment) =>
        Start(tool, arguments, [("DOTNET_ROOT", Path.GetDirectoryName(Environment.ProcessPath)!), .. environment]);

    private Task<(int ExitCode, string Output)> Dotnet(string[] arguments) => Start("dotnet", arguments);

    private async Task<(int ExitCode, string Output)> Start(
        string program,
        string[] arguments,
        params (string Name, string Value)[] environment
    )
    {
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = folder.Path };
        // Nothing of the outer build, and no build server but where one is asked for.
        foreach (
            var name in start
                .Environment.Keys.Where(name =>
                    name is "CI" or "TF_BUILD"
                    || name.StartsWith("GITHUB_", StringComparison.Ordinal)
                    || name.StartsWith("PPYOLO_", StringComparison.Ordinal)
                    || name.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase)
                )
                .ToList()
        )
        {
            start.Environment.Remove(name);
        }

        // A small build takes a third less processor time without profiles.
        start.Environment["DOTNET_TieredPGO"] = "0";
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        var result = await ChildProgram.Run(start);
        return ((int)result.ExitCode, result.Output + result.Error);
    }
}
