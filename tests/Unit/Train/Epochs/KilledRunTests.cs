using System.Diagnostics;
using System.Globalization;

namespace PPYolo.Tests.Unit.Train.Epochs;

/// <summary>A run that is killed and resumed ends with the bits of one that was not: twice here, ten times with PPYOLO_SOAK=1.</summary>
public class KilledRunTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);

    private static int Kills => Environment.GetEnvironmentVariable("PPYOLO_SOAK") == "1" ? 10 : 2;

    [Fact]
    public async Task Killed_at_any_moment_and_resumed_it_ends_with_the_same_bits()
    {
        using TinyRun whole = new();
        var clock = Stopwatch.StartNew();
        await RunToEnd(whole);
        var length = clock.Elapsed;
        var random = TestSeed.Current.Random();
        var expected = await File.ReadAllBytesAsync(whole.FileOf(4));

        for (var kill = 0; kill < Kills; kill++)
        {
            using TinyRun run = new();
            var moment = length * random.NextDouble();
            using (var process = Start(run))
            {
                await Task.WhenAny(process.WaitForExitAsync(), Task.Delay(moment));
                process.Kill();
                await process.WaitForExitAsync();
            }

            var left = string.Join(", ", Directory.GetFiles(run.Folder).Select(file => Path.GetFileName(file)));
            await RunToEnd(run);

            var found = await File.ReadAllBytesAsync(run.FileOf(4));
            found
                .AsSpan()
                .SequenceEqual(expected)
                .Should()
                .BeTrue("killed after {0} of {1}, which left {2}; {3}", moment, length, left, TestSeed.Current.Hint);
            Directory.GetFiles(run.Folder, "*.tmp").Should().BeEmpty();
        }
    }

    private static async Task RunToEnd(TinyRun run)
    {
        using var process = Start(run);
        using var cancel = new CancellationTokenSource(Limit);
        var (output, error) = (process.StandardOutput.ReadToEndAsync(cancel.Token), process.StandardError.ReadToEndAsync(cancel.Token));
        await process.WaitForExitAsync(cancel.Token);
        process.ExitCode.Should().Be(0, "{0}{1}", await output, await error);
    }

    // The same command begins the run and goes on with it.
    private static Process Start(TinyRun run) =>
        Process.Start(
            new ProcessStartInfo(
                "dotnet",
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"\"{Path.Combine(AppContext.BaseDirectory, "ppyolo.dll")}\" train --config ppyolo_r18vd_voc2012 --set batch=2 "
                        + $"--set sizes=[64] --set iterationsPerEpoch=1 --data generator:1 --epochs 4 --keep 1 --out \"{run.Folder}\" "
                        + $"--resume"
                )
            )
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            }
        )!;
}
