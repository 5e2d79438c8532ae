using System.Globalization;
using PPYolo.Align.Reports;
using PPYolo.Data.Coco;
using PPYolo.Train.Epochs;
using Spectre.Console;

namespace PPYolo.Cli.Progress;

/// <summary>Progress as a bar that stays at the bottom of a terminal, with what happens between epochs above it.</summary>
public sealed class BarProgress : IEpochObserver
{
    // The percentage, and the spaces between the columns.
    private const int Beside = 8;

    private readonly IAnsiConsole console;
    private readonly ProgressTask task;
    private readonly Throughput throughput = new();

    private BarProgress(IAnsiConsole console, ProgressTask task) => (this.console, this.task) = (console, task);

    /// <summary>Shows a bar while something runs.</summary>
    /// <param name="console">The terminal.</param>
    /// <param name="run">What runs, told of the bar.</param>
    public static void During(IAnsiConsole console, Action<IEpochObserver> run) =>
        console
            .Progress()
            .AutoClear(false)
            .Columns(
                new TaskDescriptionColumn { Alignment = Justify.Left },
                new ProgressBarColumn { Width = BarWidth(console.Profile.Width) },
                new PercentageColumn()
            )
            .Start(context => run(new BarProgress(console, context.AddTask("starting"))));

    /// <inheritdoc />
    public void AfterIteration(EpochIteration iteration)
    {
        throughput.Add(iteration);
        task.MaxValue = iteration.Iterations;
        task.Value = iteration.IterationsDone;
        task.Description = Describe(iteration);
    }

    /// <inheritdoc />
    public void AfterCheckpoint(int epoch, string path) =>
        console.MarkupLineInterpolated($"epoch {epoch}: checkpoint {Printable.Of(path)}");

    /// <inheritdoc />
    public void AfterEvaluation(EpochScore score, int iterations, bool best) =>
        console.MarkupLineInterpolated(
            CultureInfo.InvariantCulture,
            $"epoch {score.Epoch}: AP {CocoSummary.Percent(score.AveragePrecision)}{(best ? ", the best so far" : "")}"
        );

    /// <inheritdoc />
    public void AfterCapsule(string text) => console.MarkupLineInterpolated($"{Printable.Message(text)}");

    /// <summary>What there is room for: on a narrow terminal the least important is not shown, and nothing is wrapped.</summary>
    private string Describe(EpochIteration iteration)
    {
        var result = iteration.Done.Result;
        // Each with its rank: those of the highest number go first.
        List<(int Rank, FormattableString Text)> parts =
        [
            (0, $"epoch {iteration.Epoch}/{iteration.Epochs}"),
            (2, $"loss {result.TotalLoss:G4}"),
            (5, $"lr {result.LearningRate:G3}"),
            (3, $"{throughput.ImagesPerSecond:0.0} images/s"),
            (4, $"wait {100 * throughput.DataWaitShare:0.0} %"),
            (1, $"left {throughput.Left:c}"),
        ];
        var room = console.Profile.Width - BarWidth(console.Profile.Width) - Beside;
        while (parts.Count > 1 && Text().Length > room)
        {
            parts.Remove(parts.MaxBy(part => part.Rank));
        }

        return Markup.Escape(Text());

        string Text() => string.Join(' ', parts.Select(part => part.Text.ToString(CultureInfo.InvariantCulture)));
    }

    private static int BarWidth(int console) => console < 100 ? 10 : 20;
}
