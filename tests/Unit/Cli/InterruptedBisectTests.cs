using System.Diagnostics;
using System.Runtime.InteropServices;
using PPYolo.Cli.Commands;
using PPYolo.Harness.Checkouts;
using PPYolo.Tests.Unit.Align.Golden;
using PPYolo.Tests.Unit.Cli.Commands;
using PPYolo.Tests.Unit.Harness.Bisection;

namespace PPYolo.Tests.Unit.Cli;

/// <summary>A bisection that a signal ends leaves nothing behind but what it knows, and goes on with that.</summary>
public sealed partial class InterruptedBisectTests : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    private readonly TemporaryFolder folder = new();

    [SkippableTheory]
    [InlineData(15, "SIGTERM")]
    [InlineData(2, "SIGINT")]
    public async Task Goes_on_with_what_it_knows(int signal, string name)
    {
        Skip.If(IsIgnored(signal), $"{name} is ignored here, as by children of nohup or of a script's background");
        // Every commit but the good one trains until somebody says that it need not.
        using var repository = new TinyRepository(
            TinyRepository.History(
                4,
                (i, commit) =>
                    commit with
                    {
                        Run = Runs.Run(i >= 3 ? 0.4 : 0),
                        Script =
                            i == 0
                                ? null
                                : $"echo $$ > '{folder.File("training")}'; test -e '{folder.File("go")}' || exec sleep 300\n"
                                    + "cp run.golden \"$PPYOLO_GOLDEN_OUT/model.golden\"\n",
                    }
            )
        );
        var temporary = folder.Folder("temporary");
        string[] arguments =
        [
            "golden",
            "bisect",
            "--good",
            repository[0],
            "--bad",
            "HEAD",
            "--repository",
            repository.Path,
            "--build",
            repository.Choice.Build!,
            "--run",
            repository.Choice.Run!,
        ];
        var info = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "ppyolo.dll"), .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        info.Environment["TMPDIR"] = temporary;
        using var process = Process.Start(info)!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        for (var since = Stopwatch.StartNew(); !File.Exists(folder.File("training")); await Task.Delay(50))
        {
            since.Elapsed.Should().BeLessThan(Limit);
            process.HasExited.Should().BeFalse("it trains");
        }

        Send(process.Id, signal).Should().Be(0);
        using var cancel = new CancellationTokenSource(Limit);
        await process.WaitForExitAsync(cancel.Token);

        process.ExitCode.Should().Be(128 + signal, await output);
        (await error)
            .Should()
            .Be($"ppyolo: ended by {name}; no checkout was left behind, and what is known is kept: run the same again to go on\n");
        Directory
            .EnumerateFileSystemEntries(temporary)
            .Where(entry => Path.GetFileName(entry).StartsWith("ppyolo-", StringComparison.Ordinal))
            .Should()
            .BeEmpty();
        Git.Run(repository.Path, "worktree", "list").Split('\n').Should().ContainSingle();
        Git.Run(repository.Path, "status", "--porcelain").Should().BeEmpty();
        IsOver((await File.ReadAllTextAsync(folder.File("training"))).Trim()).Should().BeTrue("the training was ended");
        repository.Builds.Should().Be(2);

        await File.WriteAllTextAsync(folder.File("go"), "");
        var again = ConsoleCapture.Run(arguments);

        again.ExitCode.Should().Be(ExitCode.Aligned, again.Error);
        again.Output.Should().Contain($"the first bad commit is {repository[3]}").And.Contain("built: 2, known before: 1,");
        repository.Builds.Should().Be(4, "the good commit was not built again");
    }

    public void Dispose() => folder.Dispose();

    private static bool IsIgnored(int signal)
    {
        var ignored = File.ReadLines("/proc/self/status").First(line => line.StartsWith("SigIgn:", StringComparison.Ordinal))[7..];
        return ((Convert.ToUInt64(ignored.Trim(), 16) >> (signal - 1)) & 1) != 0;
    }

    /// <summary>Whether a process ended; nobody may have taken notice of it.</summary>
    private static bool IsOver(string process) =>
        !File.Exists($"/proc/{process}/status")
        || File.ReadLines($"/proc/{process}/status").Any(line => line.StartsWith("State:\tZ", StringComparison.Ordinal));

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Send(int process, int signal);
}
