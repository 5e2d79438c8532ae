using System.Globalization;
using System.Text;
using PPYolo.Align.Json;
using PPYolo.Align.Reports;

namespace PPYolo.Train.Epochs;

/// <summary>
/// report.html of a run's folder: losses, learning rate and AP as curves, written anew after each checkpoint and evaluation. Of a resumed
/// run the losses begin where it went on; earlier ones are in the files of TensorBoard.
/// </summary>
/// <param name="folder">The run's folder.</param>
/// <param name="scores">What evaluations found before.</param>
public sealed class RunReport(string folder, IEnumerable<EpochScore> scores) : IEpochObserver
{
    /// <summary>The file's name.</summary>
    public const string FileName = "report.html";

    private readonly List<(int Iteration, Dictionary<string, double> Values)> iterations = [];
    private readonly List<EpochScore> found = [.. scores];
    private int epochs;
    private int done;

    /// <inheritdoc />
    public void AfterIteration(EpochIteration iteration)
    {
        ArgumentNullException.ThrowIfNull(iteration);
        var result = iteration.Done.Result;
        var values = result.Losses.ToDictionary(loss => loss.Key, loss => (double)loss.Value, StringComparer.Ordinal);
        values["learning rate"] = result.LearningRate;
        iterations.Add((result.Iteration, values));
        epochs = iteration.Epochs;
    }

    /// <inheritdoc />
    public void AfterCheckpoint(int epoch, string path)
    {
        done = epoch;
        Write();
    }

    /// <inheritdoc />
    public void AfterEvaluation(EpochScore score, int iterations, bool best)
    {
        found.Add(score);
        Write();
    }

    private void Write()
    {
        var body = new StringBuilder();
        body.Append(CultureInfo.InvariantCulture, $"<h1>{HtmlPage.Text(folder)}</h1>\n<p>{done} of {epochs} epochs are done.");
        if (found.MaxBy(score => score.AveragePrecision) is { AveragePrecision: >= 0 } best)
        {
            body.Append(CultureInfo.InvariantCulture, $" The best AP is {best.AveragePrecision:0.0000}, after epoch {best.Epoch}.");
        }

        body.Append("</p>\n<div class=\"curves\">\n");
        string[] names = iterations.Count == 0 ? [] : [.. iterations[0].Values.Keys.OrderByDescending(name => name == "total_loss")];
        var figures = found.SelectMany(score => score.Figures.Keys).Distinct().Where(name => name is "AP50" or "AP75").Prepend("AP");
        foreach (var name in figures)
        {
            var points = found.Select(score =>
                (score.Epoch, name == "AP" ? score.AveragePrecision : score.Figures.GetValueOrDefault(name, -1))
            );
            // Undefined is -1.
            body.Append(CurveChart.Html(name, "epoch", [.. points.Where(point => point.Item2 >= 0)]));
        }

        foreach (var name in names)
        {
            var points = iterations.Select(one => (one.Iteration, one.Values.GetValueOrDefault(name, double.NaN)));
            body.Append(CurveChart.Html(name.Replace('_', ' '), "iteration", [.. points]));
        }

        body.Append("</div>\n");
        AtomicText.Write(Path.Combine(folder, FileName), HtmlPage.Whole($"Training in {folder}", body.ToString()));
    }
}
