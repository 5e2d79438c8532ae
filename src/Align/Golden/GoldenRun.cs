using System.Globalization;
using System.Runtime.CompilerServices;
using PPYolo.Align.Generation;
using PPYolo.Align.Tensors;
using static TorchSharp.torch;

// Longer than others: the public calls of a watched training, of which most lines are their documentation.
namespace PPYolo.Align.Golden;

/// <summary>
/// Watches a training of somebody's own and compares it with its golden. The training stays as it is and makes four calls: <see
/// cref="Perturb"/> on what goes into the model, <see cref="Start(nn.Module, optim.Optimizer)"/> before the first iteration, <see
/// cref="AfterBackward"/> and <see cref="AfterStep"/> in each. What it has besides a model and an optimizer, such as moving averages, goes
/// to <see cref="Recorder"/>.
/// </summary>
public sealed class GoldenRun
{
    /// <summary>Iterations of a usual golden: enough for momentum to show itself, too few for rounding to grow.</summary>
    public const int StandardIterations = 10;

    // About the last bit of float32, as for twins everywhere here.
    private const double Share = 1e-7;

    /// <summary>What draws the same random numbers at the same time, and what helps.</summary>
    private const string SharedGenerator =
        "Does another test draw random numbers at the same time? All threads share torch's random generator, and xunit runs test classes "
        + "side by side: put [Collection(\"torch\")] on every class that uses torch, or \"parallelizeTestCollections\": false into "
        + "xunit.runner.json";

    // Goldens of classes that run side by side wait for each other: they would draw from one generator and share the threads.
    private static readonly Lock Alone = new();

    private readonly string title;
    private readonly int twin;
    private readonly GoldenRecord? approved;
    private GoldenRecorder? recorder;
    private nn.Module? model;
    private Func<double> rate = () => 0;
    private int perturbed;
    private List<KeyValuePair<string, float>>? losses;
    private double rateOfStep;

    private GoldenRun(string title, int twin, int iterations, GoldenRecord? approved)
    {
        (this.title, this.twin, this.approved, Iterations) = (title, twin, approved, iterations);
    }

    /// <summary>Iterations that the golden holds; what a training does after them is not looked at.</summary>
    public int Iterations { get; }

    /// <summary>Iterations that were watched so far.</summary>
    public int Iteration { get; private set; }

    /// <summary>Takes what else the run has, such as moving averages, before the last <see cref="AfterStep"/>.</summary>
    /// <exception cref="AlignException">The run was not started.</exception>
    public GoldenRecorder Recorder => recorder ?? throw Misuse($"call {nameof(Start)} before the first iteration");

    private bool IsComplete => Iteration == Iterations;

    /// <summary>
    /// Trains, and compares with the golden. Where there is no golden yet, or the run is not within it, the same is trained <paramref
    /// name="twins"/> times more, on inputs that differ about their last bit and every other time on another number of threads, for the
    /// floors of the received file.
    /// </summary>
    /// <param name="verified">The golden's file, NAME.verified.golden; one that is not rooted lies beside the caller's source.</param>
    /// <param name="title">What runs, in a line.</param>
    /// <param name="settings">The settings of the run, as text: bits are compared only where they are those of the golden.</param>
    /// <param name="train">Makes the model from a fixed seed and trains it.</param>
    /// <param name="iterations">Iterations that the golden holds.</param>
    /// <param name="twins">Twins for the floors.</param>
    /// <param name="source">The caller's source, which the compiler gives. Where it is not there, as on another machine than the program
    /// was built on, the working folder is taken.</param>
    /// <exception cref="GoldenException">The run has no golden, or is not within it. NAME.received.golden was written, to be looked at and
    /// approved.</exception>
    /// <exception cref="AlignException">The training ended too early, or is another one each time.</exception>
    public static GoldenComparison Require(
        string verified,
        string title,
        string settings,
        Action<GoldenRun> train,
        int iterations = StandardIterations,
        int twins = GoldenFloors.StandardTwins,
        [CallerFilePath] string source = ""
    )
    {
        verified = Beside(source, verified);
        var golden = GoldenFile.Approved(verified);
        var run = Record(title, settings, train, iterations, golden: golden);
        try
        {
            return GoldenFile.Require(
                verified,
                run,
                () => [.. Enumerable.Range(1, twins).Select(twin => Same(run, Record(title, settings, train, iterations, twin)))]
            );
        }
        catch (GoldenException exception) when (golden is not null && golden.Start != run.Start)
        {
            throw new GoldenException($"{exception.Message}\nThe run started from other weights than its golden. {SharedGenerator}.");
        }
    }

    /// <summary>
    /// Trains, and returns the record without floors, for those who compare it on their own, as with Verify. One training at a time:
    /// another thread waits.
    /// </summary>
    /// <param name="title">What runs, in a line.</param>
    /// <param name="settings">The settings of the run, as text.</param>
    /// <param name="train">Makes the model from a fixed seed and trains it.</param>
    /// <param name="iterations">Iterations that the record holds.</param>
    /// <param name="twin">0 is the run; any other number is a twin of it.</param>
    /// <param name="golden">The golden that the record will be compared with, as <see cref="GoldenFile.Approved"/> reads it: tensors with
    /// its bits are not summarized again.</param>
    /// <exception cref="AlignException">The training ended too early.</exception>
    public static GoldenRecord Record(
        string title,
        string settings,
        Action<GoldenRun> train,
        int iterations = StandardIterations,
        int twin = 0,
        GoldenRecord? golden = null
    )
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(iterations, 1);
        using var alone = Alone.EnterScope();
        var run = new GoldenRun(title, twin, iterations, golden);
        var threads = get_num_threads();
        // Another number of threads sums in another order: noise that inputs alone do not show.
        set_num_threads(
            twin % 2 == 0 ? threads
            : threads == 1 ? 2
            : 1
        );
        try
        {
            train(run);
        }
        finally
        {
            set_num_threads(threads);
        }

        return run.IsComplete
            ? run.Recorder.Build(GoldenEnvironment.Current(settings, threads, run.Card()))
            : throw run.Misuse(
                $"the training ended after {run.Iteration} of {iterations} iterations; train as many as {nameof(Iterations)} says, or "
                    + $"ask for fewer"
            );
    }

    /// <summary>
    /// In a twin, a copy of what goes into the model that differs about its last bit; in the run itself, the very tensor.
    /// </summary>
    /// <param name="input">An input of floating point, on any device.</param>
    /// <exception cref="AlignException">It holds integers, which cannot differ a little.</exception>
    public Tensor Perturb(Tensor input)
    {
        if (!input.is_floating_point())
        {
            throw Misuse(
                $"an input of type {input.dtype} cannot differ about its last bit; perturb the first tensor of floating point that is "
                    + $"made of it"
            );
        }

        if (twin == 0)
        {
            return input;
        }

        var noise = new float[input.numel()];
        // A stream of its own, so that the training draws the same random numbers as the run.
        new PortableStream(string.Create(CultureInfo.InvariantCulture, $"twin/{twin}/input/{perturbed++}")).FillScaled(noise, 1f);
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var factors = tensor(Array.ConvertAll(noise, value => (value * Share) + 1)).reshape(input.shape).to(input.device);
        return input.to_type(ScalarType.Float64).mul(factors).to_type(input.dtype).MoveToOuterDisposeScope();
    }

    /// <summary>Begins to watch, before the first iteration.</summary>
    /// <param name="model">The model with its start weights. Parameters that do not require a gradient must not change.</param>
    /// <param name="optimizer">Its optimizer; the learning rate is that of its first group.</param>
    public void Start(nn.Module model, optim.Optimizer optimizer) => Start(model, () => optimizer.ParamGroups.First().LearningRate);

    /// <summary>Begins to watch, before the first iteration.</summary>
    /// <param name="model">The model with its start weights. Parameters that do not require a gradient must not change.</param>
    /// <param name="rate">Tells the learning rate of the step that follows.</param>
    /// <exception cref="AlignException">The run was started before.</exception>
    public void Start(nn.Module model, Func<double> rate)
    {
        if (recorder is not null)
        {
            throw Misuse($"{nameof(Start)} was called before; a run has one model");
        }

        (this.model, this.rate) = (model, rate);
        var parameters = model.named_parameters().ToLookup(pair => pair.parameter.requires_grad, pair => pair.name);
        recorder = new(title, TorchTensors.State(model), trained: parameters[true], frozen: parameters[false], approved);
    }

    /// <summary>
    /// Looks at running statistics and gradients: between backward and the optimizer's step, with gradients as the step takes them.
    /// </summary>
    /// <param name="named">The losses of the iteration and their names.</param>
    /// <exception cref="AlignException">The calls of an iteration are out of order.</exception>
    public void AfterBackward(params (string Name, Tensor Loss)[] named)
    {
        if (Recorder is var golden && IsComplete)
        {
            return;
        }

        if (losses is not null)
        {
            throw Misuse(
                $"{nameof(AfterBackward)} was called twice in iteration {Iteration}; call {nameof(AfterStep)} after the optimizer's step"
            );
        }

        using var scope = NewDisposeScope();
        losses = [.. named.Select(loss => KeyValuePair.Create(loss.Name, (float)loss.Loss.to(ScalarType.Float64).item<double>()))];
        rateOfStep = rate();
        var buffers = model!
            .named_buffers()
            .Where(pair => pair.buffer.is_floating_point())
            .Select(pair => KeyValuePair.Create(pair.name, pair.buffer))
            .ToList();
        if (buffers.Count > 0)
        {
            golden.Trace(Iteration, GoldenPhase.Forward, buffers);
        }

        if (Iteration == 0)
        {
            golden.Add(GoldenPart.Gradient, TorchTensors.Gradients(model));
        }

        golden.Trace(
            Iteration,
            GoldenPhase.Backward,
            model
                .named_parameters()
                .Select(pair => (pair.name, pair.parameter.grad))
                .Where(pair => pair.grad is not null)
                .Select(pair => KeyValuePair.Create(pair.name, pair.grad!))
        );
    }

    /// <summary>Looks at the weights after the optimizer's step.</summary>
    /// <exception cref="AlignException">The calls of an iteration are out of order.</exception>
    public void AfterStep()
    {
        if (Recorder is var golden && IsComplete)
        {
            return;
        }

        golden.Iteration(
            rateOfStep,
            losses ?? throw Misuse($"call {nameof(AfterBackward)} in iteration {Iteration} before the optimizer's step")
        );
        losses = null;
        using var scope = NewDisposeScope();
        golden.Trace(
            Iteration,
            GoldenPhase.Optimizer,
            model!
                .named_parameters()
                .Where(pair => pair.parameter.requires_grad)
                .Select(pair => KeyValuePair.Create(pair.name, (Tensor)pair.parameter))
        );
        Iteration++;
        if (IsComplete)
        {
            golden.Add(GoldenPart.Weight, TorchTensors.State(model));
        }
    }

    /// <summary>The card that the model is on, and how exactly it computes; null on the CPU.</summary>
    private string? Card()
    {
        var device = model!.parameters().FirstOrDefault()?.device;
        return device is null || device.type == TorchSharp.DeviceType.CPU
            ? null
            : $"{CardDescription.Of(Math.Max(device.index, 0))}, TF32 "
                + (backends.cudnn.allow_tf32 || backends.cuda.matmul.allow_tf32 ? "on" : "off");
    }

    /// <summary>A twin that starts elsewhere would make a floor of its own distance, under which anything passes.</summary>
    private static GoldenRecord Same(GoldenRecord run, GoldenRecord twin) =>
        twin.Start == run.Start
            ? twin
            : throw new AlignException(
                $"'{run.Case}': the training started from other weights when it was run again; make the model from a fixed seed, such "
                    + $"as torch.random.manual_seed(1), in every run. {SharedGenerator}"
            );

    private static string Beside(string source, string verified) =>
        Path.GetDirectoryName(source) is { Length: > 0 } folder && Directory.Exists(folder) ? Path.Combine(folder, verified) : verified;

    private AlignException Misuse(string message) => new($"'{title}': {message}");
}
