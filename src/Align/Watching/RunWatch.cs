using System.IO.Enumeration;
using PPYolo.Align.Records;
using PPYolo.Align.Tensors;
using PPYolo.Align.Traces;
using static TorchSharp.torch;

// Longer than others: the four public calls of a recorder and their documentation.
namespace PPYolo.Align.Watching;

/// <summary>
/// Records a training of somebody's own, so that <c>ppyolo explain</c> can compare it with another, such as one in PyTorch that
/// python/ppyolo_record.py recorded. The training stays as it is and makes four calls: <see cref="Batch"/> before the forward pass, <see
/// cref="Losses"/> before backward, <see cref="Step"/> after optimizer and averages, and <see cref="Close"/> at the end. Nothing that it
/// computes changes by a bit. docs/trace.md describes the files.
/// </summary>
public sealed class RunWatch : IDisposable
{
    private readonly nn.Module model;
    private readonly optim.Optimizer optimizer;
    private readonly RunWatchOptions options;
    private readonly string folder;
    private readonly RecordWriter writer;
    private readonly OutputWatch outputs;
    private readonly TraceBuilder builder;
    private readonly RandomWatch random = new();
    private readonly Dictionary<IntPtr, string> names = [];
    private readonly Dictionary<string, float> losses = new(StringComparer.Ordinal);
    private NamedTensors batch = [];
    private bool isTracing;
    private int passes;
    private long size;

    private RunWatch(nn.Module model, optim.Optimizer optimizer, string folder, RunWatchOptions options)
    {
        (this.model, this.optimizer, this.folder, this.options) = (model, optimizer, folder, options);
        writer = new(folder, ".npz");
        outputs = new(Returned) { IsOn = false, IsAsReturned = IsAsReturned };
        builder = new(outputs, 0) { Traces = _ => isTracing, KeepsWhole = key => key.FitsAny(options.Full) };
        foreach (var (name, parameter) in model.named_parameters())
        {
            names[parameter.Handle] = name;
        }

        foreach (var (name, module) in WatchedModules.Of(model))
        {
            if (options.Modules.Any(pattern => FileSystemName.MatchesSimpleExpression(pattern, name, ignoreCase: false)))
            {
                outputs.Add(name, module);
            }
        }
    }

    /// <summary>Begins to watch, before the first iteration.</summary>
    /// <param name="model">The model with its start weights.</param>
    /// <param name="optimizer">Its optimizer.</param>
    /// <param name="folder">Where the record goes: new or empty, and the same for every rank.</param>
    /// <param name="options">What is recorded; null is all that can be found without being told.</param>
    /// <exception cref="AlignException">There is something in the folder.</exception>
    public static RunWatch Start(nn.Module model, optim.Optimizer optimizer, string folder, RunWatchOptions? options = null)
    {
        var watch = new RunWatch(model, optimizer, folder, options ?? new());
        if (watch.options.Rank == 0)
        {
            watch.writer.Prepare();
            watch.writer.Start(RecordedTensors.Of(model.state_dict()));
        }

        watch.isTracing = watch.IsTraced(0);
        watch.builder.Add(TracePhase.Start, Named(model.state_dict()));
        return watch;
    }

    /// <summary>
    /// Before the forward pass: what is fed. Called again in one iteration, where gradients are accumulated, its names get #2.
    /// </summary>
    /// <param name="tensors">Images, boxes, targets and so on, by name.</param>
    public void Batch(params ReadOnlySpan<(string Name, Tensor Value)> tensors)
    {
        passes++;
        isTracing = IsTraced(builder.Trace.Iteration);
        outputs.IsOn = isTracing;
        foreach (var (name, value) in tensors)
        {
            var own = passes == 1 ? name : $"{name}#{passes}";
            batch.Add(own, RecordedTensors.Of(value));
            builder.Add(TracePhase.Data, own, value);
            size = size == 0 && value.dim() == 4 ? value.shape[^1] : size;
        }

        random.Batch();
    }

    /// <summary>
    /// Before backward: each loss by its name; with several ranks, averaged over them. Where gradients are accumulated, losses are added
    /// up.
    /// </summary>
    /// <param name="values">Tensors of one element.</param>
    /// <exception cref="AlignException"><see cref="Batch"/> was not called.</exception>
    public void Losses(params ReadOnlySpan<(string Name, Tensor Value)> values)
    {
        Require(nameof(Losses));
        outputs.IsOn = false;
        random.Forward();
        using var scope = NewDisposeScope();
        foreach (var (name, value) in values)
        {
            losses[name] = losses.GetValueOrDefault(name) + (float)value.detach().to(ScalarType.Float64).item<double>();
        }

        if (!builder.Trace.Of(TracePhase.Buffers).Any())
        {
            builder.Add(TracePhase.Buffers, model.named_buffers());
        }
    }

    /// <summary>
    /// Between backward and what changes gradients before the optimizer takes them: reduction between ranks, and clipping. Where neither is
    /// done, there is no need to call it.
    /// </summary>
    /// <exception cref="AlignException"><see cref="Batch"/> was not called.</exception>
    public void Gradients()
    {
        Require(nameof(Gradients));
        random.Backward();
        builder.Backward(Parameters);
    }

    /// <summary>With several ranks: when gradients are reduced, and before they are clipped.</summary>
    /// <exception cref="AlignException"><see cref="Batch"/> was not called.</exception>
    public void Reduced()
    {
        Require(nameof(Reduced));
        builder.Gradients(TracePhase.Reduction, Parameters);
    }

    /// <summary>
    /// After the optimizer's step and that of averages, before gradients are cleared and the rate changes: ends the iteration.
    /// </summary>
    /// <exception cref="AlignException"><see cref="Batch"/> was not called.</exception>
    public void Step()
    {
        Require(nameof(Step));
        random.Step();
        if (!builder.Trace.Of(TracePhase.Gradient).Any())
        {
            builder.Backward(Parameters);
        }

        using var scope = NewDisposeScope();
        foreach (var (name, value) in losses)
        {
            builder.Add(TracePhase.Loss, name, value);
            batch.Add(name, TensorData.Scalar(value));
        }

        var rates = optimizer.ParamGroups.Select(group => group.LearningRate).ToList();
        if (isTracing)
        {
            builder.Rates(rates);
            builder.Add(TracePhase.Momentum, OptimizerTensors.Of(optimizer, names));
            builder.Add(TracePhase.Weights, Parameters);
            builder.Add(TracePhase.Ema, Named(options.Averages?.Invoke() ?? []));
        }

        var trace = builder.Next();
        writer.Batch(trace.Iteration, options.Rank, batch);
        if (isTracing)
        {
            writer.Trace(options.Rank, trace);
        }

        if (losses.Count > 0)
        {
            writer.Losses(new(trace.Iteration, size, rates[0], new Dictionary<string, float>(losses, StringComparer.Ordinal)));
        }

        (batch, passes) = ([], 0);
        losses.Clear();
        outputs.IsOn = false;
        outputs.Forget();
    }

    /// <summary>Ends the record: end weights, losses, case.json. With several ranks, rank 0 calls it when all have ended.</summary>
    /// <exception cref="AlignException">No iteration was recorded.</exception>
    public void Close()
    {
        if (builder.Trace.Iteration == 0)
        {
            throw new AlignException($"{nameof(RunWatch)}.{nameof(Close)}: no iteration was recorded; call {nameof(Step)} in each");
        }

        outputs.Dispose();
        if (options.Rank > 0)
        {
            return;
        }

        RunEnvironment.Write(folder, Surroundings());
        random.Write(folder);
        using var scope = NewDisposeScope();
        var momentum = RecordedTensors.Of(
            OptimizerTensors.Of(optimizer, names).Select(pair => KeyValuePair.Create(pair.Name, pair.Tensor))
        );
        (writer.Modules, writer.OutputGradients) = (
            [.. outputs.Names.Order(StringComparer.Ordinal)],
            [.. outputs.GradientNames.Order(StringComparer.Ordinal)]
        );
        writer.End(
            options.Averages?.Invoke() is { } averages ? RecordedTensors.Of(averages) : null,
            RecordedTensors.Of(model.state_dict()),
            momentum.Count > 0 ? momentum : null,
            new RecordHead
            {
                Format = RecordHead.FormatName,
                Version = RecordHead.CurrentVersion,
                Seed = "0",
                Iterations = builder.Trace.Iteration,
                Ranks = options.Ranks,
                StartWeights = $"{RecordFolder.StartName}.npz",
            }
        );
    }

    /// <summary>Stops watching. Without <see cref="Close"/> the folder is no record.</summary>
    public void Dispose() => outputs.Dispose();

    private bool IsTraced(int iteration) => options.Iterations?.Contains(iteration) != false;

    private IEnumerable<(string Name, Tensor Value)> Parameters =>
        model.named_parameters().Select(pair => (pair.name, (Tensor)pair.parameter));

    /// <summary>Without counters, of which not every implementation has one.</summary>
    private static IEnumerable<(string Name, Tensor Value)> Named(IEnumerable<KeyValuePair<string, Tensor>> tensors) =>
        tensors.Where(pair => !IsCounter(pair.Key)).Select(pair => (pair.Key, pair.Value));

    private static bool IsCounter(string key) => key.EndsWith(Comparison.TensorComparison.CounterMark, StringComparison.Ordinal);

    private Tensor Returned(string name, Tensor output)
    {
        builder.Add(TracePhase.Forward, name, output);
        random.Returned(name);
        return output;
    }

    private bool IsAsReturned(string name, Tensor output) =>
        builder.Trace[TracePhase.Forward, name] is not { } entry || TorchSummaries.Of(output).Sums.SequenceEqual(entry.Summary.Sums);

    private Dictionary<string, string> Surroundings()
    {
        var name = typeof(RunWatch).Assembly.GetName();
        var facts = new Dictionary<string, string>();
        if (model.parameters().FirstOrDefault()?.device is { } device)
        {
            facts["device"] = device.ToString();
            if (device.type == TorchSharp.DeviceType.CUDA)
            {
                facts["tf32"] = backends.cudnn.allow_tf32 ? "on" : "off";
            }
        }

        return RunEnvironment.Here($"{name.Name} {name.Version?.ToString(3)}, {nameof(RunWatch)}", facts);
    }

    private void Require(string method)
    {
        if (passes == 0)
        {
            throw new AlignException($"{nameof(RunWatch)}.{method}: call {nameof(Batch)} first, in every iteration");
        }
    }
}
