using System.Diagnostics;
using PPYolo.Harness.Checkouts;

namespace PPYolo.Tests.Golden;

/// <summary>
/// The whole life of a golden in real processes, as somebody else lives it: samples/Golden, a model that this project does not know, built
/// against the packed PPYolo.Align, ppyolo golden approve, and ppyolo golden bisect.
/// </summary>
public sealed class ForeignModelTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    [Fact]
    public async Task Gets_a_golden_from_the_package_approves_each_change_with_a_reason_and_finds_the_commit_that_moved_it()
    {
        var sample = await Build();
        string verified = folder.File("model.verified.golden"),
            received = folder.File("model.received.golden");

        // No golden yet: red, and a received file.
        var first = await Run(sample);
        first.ExitCode.Should().Be(1, first.Output);
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
        var silent = await Ppyolo(["golden", "approve", folder.Path]);
        silent.ExitCode.Should().Be(2, silent.Output);
        silent.Output.Should().Contain("--reason");
        (await File.ReadAllTextAsync(verified)).Should().Be(approved);

        // With a reason: green, and the reason is in the log.
        var accepted = await Approve("the rate was raised by a tenth of a percent");
        accepted.ExitCode.Should().Be(0, accepted.Output);
        (await Run(sample, "0.1001")).ExitCode.Should().Be(0);
        File.Exists(received).Should().BeFalse();
        (await File.ReadAllLinesAsync(folder.File("approvals.log")))
            .Should()
            .SatisfyRespectively(
                line => line.Should().Contain("\tthe first\t"),
                line =>
                    line.Should()
                        .Contain("model.verified.golden\tthe rate was raised by a tenth of a percent\t")
                        .And.Contain("learning rate")
            );

        await Bisects(Path.GetDirectoryName(Path.GetDirectoryName(Path.GetDirectoryName(Path.GetDirectoryName(sample)!)!)!)!, approved);
    }

    /// <summary>
    /// The sample in a repository of its own, whose history has a change of rounding, one that does not compile, and the cause.
    /// </summary>
    private async Task Bisects(string sample, string golden)
    {
        var repository = folder.Folder("repository");
        Write("eng/LibstdcxxMend.targets", await File.ReadAllTextAsync(folder.File("eng", "LibstdcxxMend.targets")));
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
        var cause = Commit("Raise the rate", otherwise.Replace(": 0.1;", ": 0.1001;", StringComparison.Ordinal));

        var found = await Ppyolo(["golden", "bisect", "--good", "HEAD~4", "--bad", "HEAD", "--repository", repository]);

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
            sample = folder.File("samples", "Golden"),
            engineering = folder.File("eng");
        // A version that no feed and no cache has: this very build.
        var version = $"0.1.0-test{Environment.ProcessId}";
        var packed = await Dotnet([
            "pack",
            Path.Combine(Fixtures.Root, "src", "Align"),
            "-c",
            "Release",
            "--no-build",
            "-o",
            feed,
            "--nologo",
            "-v",
            "q",
            $"-p:PackageVersion={version}",
        ]);
        packed.ExitCode.Should().Be(0, packed.Output);
        Directory.CreateDirectory(engineering);
        Directory.CreateDirectory(sample);
        File.Copy(Path.Combine(Fixtures.Root, "eng", "LibstdcxxMend.targets"), Path.Combine(engineering, "LibstdcxxMend.targets"));
        foreach (var file in new[] { "Program.cs", "Golden.csproj" })
        {
            File.Copy(Path.Combine(Fixtures.Root, "samples", "Golden", file), Path.Combine(sample, file));
        }

        var project = Path.Combine(sample, "Golden.csproj");
        await File.WriteAllTextAsync(
            project,
            (await File.ReadAllTextAsync(project)).Replace(
                "\"PPYolo.Align\" Version=\"0.1.0\"",
                $"\"PPYolo.Align\" Version=\"{version}\"",
                StringComparison.Ordinal
            )
        );
        var built = await Dotnet(["build", sample, "-c", "Release", "--nologo", "-v", "q", $"-p:RestoreAdditionalProjectSources={feed}"]);
        built.ExitCode.Should().Be(0, built.Output);
        return Path.Combine(sample, "bin", "Release", "net10.0", "Golden.dll");
    }

    private Task<(int ExitCode, string Output)> Run(string sample, params string[] arguments) => Dotnet([sample, .. arguments]);

    private Task<(int ExitCode, string Output)> Approve(string reason, params (string, string)[] environment) =>
        Ppyolo(["golden", "approve", folder.Path, "--reason", reason], environment);

    private Task<(int ExitCode, string Output)> Ppyolo(string[] arguments, params (string, string)[] environment) =>
        Dotnet([Path.Combine(AppContext.BaseDirectory, "ppyolo.dll"), .. arguments], environment);

    private async Task<(int ExitCode, string Output)> Dotnet(string[] arguments, params (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo("dotnet", arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = folder.Path,
        };
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

        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, output + await errors);
    }
}
