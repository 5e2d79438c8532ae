using PPYolo.Align.Json;
using PPYolo.Data.Batches;
using PPYolo.Data.Showing;
using PPYolo.Train.Feeds;

namespace PPYolo.Train.Epochs;

/// <summary>The page that shows what a run sees first.</summary>
internal static class FirstBatchPage
{
    /// <summary>
    /// Writes the first batch of this rank, made once more beside the run's own: what is random in it has streams of its own, so that the
    /// run is bit by bit what it is without.
    /// </summary>
    /// <param name="folder">The run's folder.</param>
    /// <param name="settings">The run's settings.</param>
    /// <param name="data">What it trains on.</param>
    /// <param name="ranks">How many train together.</param>
    /// <param name="epochs">How many epochs are done.</param>
    /// <param name="say">Told where the page is.</param>
    public static void Write(string folder, RunSettings settings, TrainingData data, int ranks, int epochs, Action<string> say)
    {
        var (options, iteration) = (settings.Options, epochs * settings.Options.IterationsPerEpoch);
        var dataset = data as DatasetData;
        var source = (dataset?.WithoutWorkers() ?? data).Batches(options, SlicedBatches.Even(options.Batch, ranks))(0);
        using var held = source as IDisposable;
        string[] names =
            dataset?.Dataset.Categories.Select(category => category.Name).ToArray()
            ?? [.. Enumerable.Range(1, options.Classes).Select(index => $"class {index}")];
        var file = Path.Combine(folder, "first_batch.html");
        AtomicText.Write(file, BatchPage.Of(source.At(iteration), names, $"The batch of iteration {iteration} of {folder}"));
        say($"{file}: the first batch, its boxes and its targets");
    }
}
