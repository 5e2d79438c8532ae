using PPYolo.Align.Tensors;
using PPYolo.Align.Traces;
using PPYolo.Align.Watching;
using PPYolo.Kernels.Kinks;
using PPYolo.Kernels.Memory;
using PPYolo.Model.Layers;
using PPYolo.Model.State;
using PPYolo.Train.Stepping;
using static TorchSharp.torch;

namespace PPYolo.Train.Tracing;

/// <summary>
/// Watches a training step and summarizes everything it computes. It reads memory and changes no bit; it changes what an <see
/// cref="Injection"/> says, and nothing else.
/// </summary>
internal sealed class StepTracer : IStepWatch, IDisposable
{
    private readonly TrainStep step;
    private readonly TraceOptions options;
    private readonly IReadOnlyList<Injection> injections;
    private readonly Action<IterationTrace> done;
    private readonly OutputWatch outputs;
    private readonly Dictionary<string, IReadOnlyList<NearKinks>> near = [];
    private readonly bool measuresKinks;
    private KinkWatch? kinks;
    private Tensor? last;
    private string lastModule = "";
    private readonly TraceBuilder builder;

    private StepTracer(TrainStep step, Action<IterationTrace> done, TraceOptions options, IReadOnlyList<Injection> injections)
    {
        this.step = step;
        this.options = options;
        this.injections = injections;
        this.done = done;
        outputs = new(Output) { KeepsGradients = options.Traces(TracePhase.Backward) };
        // The kernels count them; operators that every device has do not.
        measuresKinks = options.Kinks && options.Traces(TracePhase.Backward) && CpuPath.HasKernels(step.Entries[0].Value);
        builder = new(outputs, step.Iteration)
        {
            Traces = options.Traces,
            KeepsWhole = options.KeepsWhole,
            Before = Inject,
            MeasuresKinks = measuresKinks,
        };
    }

    /// <summary>The names of the modules whose outputs were seen: of one whose work another one does nothing is known.</summary>
    public IReadOnlyCollection<string> Modules => outputs.Names;

    /// <summary>The names of those of whose outputs there are gradients, once an iteration was traced.</summary>
    public IReadOnlyCollection<string> OutputGradients => outputs.GradientNames;

    /// <summary>What there is of the iteration that is not done, such as one whose loss was not finite.</summary>
    public IterationTrace Unfinished => builder.Trace;

    /// <summary>Watches a step until the result is disposed.</summary>
    /// <param name="step">The step, before the first iteration that is traced.</param>
    /// <param name="done">Given each iteration's trace.</param>
    /// <param name="options">What to keep; null for summaries alone.</param>
    /// <param name="injections">Tensors to put in the place of ranks' own, or null.</param>
    public static StepTracer Watch(
        TrainStep step,
        Action<IterationTrace> done,
        TraceOptions? options = null,
        IReadOnlyList<Injection>? injections = null
    )
    {
        var tracer = new StepTracer(
            step,
            done,
            options ?? new(),
            [.. injections?.Where(injection => injection.Rank == step.Ranks.Rank) ?? []]
        );
        step.Watch(tracer);
        var modules = step.Network.named_modules().ToList();
        HashSet<string> left = tracer.options.NormalizedConvolutions
            ? []
            : [.. modules.Where(pair => pair.module is ConvNorm).Select(pair => $"{pair.name}.conv")];
        foreach (var (name, module) in modules)
        {
            // A chain's output is its last layer's.
            if (module is nn.Module<Tensor, Tensor> layer and not Chain && !left.Contains(name))
            {
                tracer.outputs.Add(name, layer);
            }
        }

        // Not every implementation counts batches; after the first forward pass the counters are compared.
        tracer.builder.Add(TracePhase.Start, tracer.Entries(entry => !entry.IsBatchCounter));
        return tracer;
    }

    /// <inheritdoc />
    public void Fed(Tensor images, Tensor boxes, IReadOnlyList<Tensor> targets)
    {
        kinks?.Dispose();
        kinks = measuresKinks ? KinkWatch.Begin() : null;
        builder.Add(
            TracePhase.Data,
            [("image", images), ("gt_bbox", boxes), .. targets.Select((target, level) => ($"target{level}", target))]
        );
    }

    /// <inheritdoc />
    public void After(TracePhase phase, StepMoment moment)
    {
        switch (phase)
        {
            case TracePhase.Loss:
                kinks?.Dispose();
                kinks = null;
                Losses(moment.Losses);
                break;
            case TracePhase.Gradient:
                Backward();
                break;
            case TracePhase.Reduction when step.Ranks.Size > 1:
                builder.Gradients(TracePhase.Reduction, Parameters);
                break;
            case TracePhase.Schedule:
                builder.Rates([moment.Rate]);
                break;
            case TracePhase.Weights:
                Updated();
                break;
            case TracePhase.Ema:
                Averaged();
                break;
        }
    }

    /// <summary>Stops watching.</summary>
    public void Dispose()
    {
        // Where a forward pass threw, nobody was told that it is over.
        kinks?.Dispose();
        kinks = null;
        outputs.Dispose();
        Release();
        step.Unwatch(this);
    }

    private void Losses(IReadOnlyList<KeyValuePair<string, float>> losses)
    {
        builder.Add(TracePhase.Buffers, Entries(entry => !entry.IsParameter));
        foreach (var (name, value) in losses)
        {
            builder.Add(TracePhase.Loss, name, value);
        }
    }

    private void Backward()
    {
        builder.Backward(Parameters, (module, gradient) => Shares(near.GetValueOrDefault(module, []), gradient));
        Release();
    }

    private void Updated()
    {
        builder.Add(TracePhase.Momentum, step.Optimizer.Buffers.Select(pair => (pair.Key, pair.Value)));
        builder.Add(TracePhase.Weights, Parameters);
    }

    private void Averaged()
    {
        builder.Add(TracePhase.Ema, step.Ema.Averages.Select(pair => (pair.Key, pair.Value)));
        done(builder.Next());
    }

    private Tensor Output(string module, Tensor output)
    {
        var result = output;
        if (Injected(TracePhase.Backward, module) is { } other)
        {
            result = GradientGate.Apply(module, output, other);
        }

        builder.Add(TracePhase.Forward, module, result);
        if (result.requires_grad)
        {
            // What a module hands on as another one made it has its gradient under this name alone, and so its kinks.
            near[module] = [.. HandedOn(output), .. kinks?.Take() ?? []];
            (last, lastModule) = (result, module);
        }

        return result;
    }

    private IReadOnlyList<NearKinks> HandedOn(Tensor output) =>
        ReferenceEquals(output, last) && near.Remove(lastModule, out var inner) ? inner : [];

    private IEnumerable<(string Name, Tensor Value)> Parameters => Entries(entry => entry.IsParameter);

    private IEnumerable<(string Name, Tensor Value)> Entries(Func<StateEntry, bool> wanted) =>
        step.Entries.Where(wanted).Select(entry => (entry.Key, entry.Value));

    /// <summary>What elements near kinks would change on the way back through a module, of all that its output came through.</summary>
    private static double[]? Shares(IReadOnlyList<NearKinks> near, Tensor gradient)
    {
        if (near.Count == 0)
        {
            return null;
        }

        var squares = new double[NearKinks.Levels];
        foreach (var kinks in near)
        {
            using var own = kinks.Output?.grad;
            var shares =
                kinks.Output is null ? kinks.Shares(gradient)
                : own is null ? new double[NearKinks.Levels]
                : kinks.Shares(own);
            for (var level = 0; level < squares.Length; level++)
            {
                squares[level] += shares[level] * shares[level];
            }
        }

        return [.. squares.Select(Math.Sqrt)];
    }

    /// <summary>A gradient that the backward pass was given is there already.</summary>
    private void Inject(TraceKey key, Tensor tensor)
    {
        if (key.Phase != TracePhase.Backward && Injected(key.Phase, key.Name) is { } other)
        {
            TensorElements.Overwrite(key.ToString(), tensor, other);
        }
    }

    private TensorData? Injected(TracePhase phase, string name) =>
        injections
            .FirstOrDefault(injection => injection.Iteration == builder.Trace.Iteration && injection.Key == new TraceKey(phase, name))
            ?.Value;

    private void Release()
    {
        foreach (var kink in near.Values.SelectMany(kinks => kinks))
        {
            kink.Dispose();
        }

        near.Clear();
        last = null;
    }
}
