using System.Globalization;
using PPYolo.Align.Reports;
using PPYolo.Data.Coco;
using PPYolo.Train.Epochs;
using Spectre.Console;

namespace PPYolo.Cli.Progress;

/// <summary>Progress as a bar that stays at the bottom of a terminal, with what happens between epochs above it.</summary>
public sealed class BarProgress : IEpochObserver
{
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
            .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn { Width = 20 }, new PercentageColumn())
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

    private string Describe(EpochIteration iteration) =>
        Markup.Escape(
            string.Create(
                CultureInfo.InvariantCulture,
                $"epoch {iteration.Epoch}/{iteration.Epochs} loss {iteration.Done.Result.TotalLoss:G4} lr "
                    + $"{iteration.Done.Result.LearningRate:G3} {throughput.ImagesPerSecond:0.0} images/s wait "
                    + $"{100 * throughput.DataWaitShare:0.0} % left {throughput.Left:c}"
            )
        );
}
