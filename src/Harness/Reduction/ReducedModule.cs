using System.Runtime.InteropServices;
using PPYolo.Align;
using PPYolo.Align.Formats;
using PPYolo.Align.Generation;
using PPYolo.Align.Json;
using PPYolo.Align.Tensors;
using PPYolo.Kernels.Operations;
using PPYolo.Model;
using PPYolo.Model.Head;
using PPYolo.Model.State;
using PPYolo.Train.Options;
using static TorchSharp.torch;

// A copy of this file is in every folder that a reduction writes: it needs nothing but what src/Train brings.
namespace PPYolo.Harness.Reduction;

/// <summary>Runs one module of a network alone, forward and backward.</summary>
public static class ReducedModule
{
    /// <summary>The losses, which are no module: their inputs are the head's outputs, the boxes, and the targets.</summary>
    public const string Losses = "losses";

    /// <summary>The file that <see cref="Answer"/> writes.</summary>
    public const string FoundName = "found.npz";

    /// <summary>What <see cref="Answer"/> returns of a module that does not run alone.</summary>
    public const int NotAlone = 4;

    /// <summary>
    /// In what a module of this program differs from what is expected of it: a line for each tensor, none where all is well.
    /// </summary>
    /// <param name="folder">What a reduction wrote.</param>
    /// <exception cref="AlignException">A file cannot be read, or the network has no such module.</exception>
    public static IReadOnlyList<string> Differences(string folder)
    {
        var facts = Facts(folder);
        using NamedTensors expected = Npz.Read(Path.Combine(folder, "expected.npz")),
            found = Computed(folder, facts);
        return
        [
            .. facts
                .Bounds.Select(bound => (bound.Name, bound.Value, Distance: Distance(expected, found, bound.Name)))
                .Where(tensor => !(tensor.Distance <= tensor.Value))
                .Select(tensor =>
                    $"{tensor.Name} of {facts.Module}: differs by {tensor.Distance:G3} of its norm, expected at most {tensor.Value:G3}"
                ),
        ];
    }

    /// <summary>Runs the module of a folder for another program, and writes what it computes into found.npz.</summary>
    /// <param name="folder">A folder with reduce.json, settings.json, inputs.npz and weights.npz.</param>
    /// <returns>0, <see cref="NotAlone"/>, or 2 where a file cannot be read or there is no such module.</returns>
    public static int Answer(string folder)
    {
        try
        {
            using var found = Computed(folder, Facts(folder));
            Npz.Write(Path.Combine(folder, FoundName), found);
            return 0;
        }
        catch (AlignException exception)
        {
            Console.Error.WriteLine($"error: {exception.Message}");
            return 2;
        }
        catch (Exception exception) when (DoesNotRunAlone(exception))
        {
            return NotAlone;
        }
    }

    /// <summary>
    /// Whether this is how a module fails that needs what ran before it, or does not take so small an input.
    /// </summary>
    public static bool DoesNotRunAlone(Exception exception) =>
        exception is ExternalException or InvalidOperationException or ArgumentException or NullReferenceException;

    /// <summary>Has a network draw the random numbers of an iteration.</summary>
    /// <param name="network">The network.</param>
    /// <param name="seed">The seed of its run.</param>
    /// <param name="iteration">The iteration, from 0.</param>
    public static void Draw(PPYoloNetwork network, string seed, int iteration) =>
        network.Randomness.Source = (layer, shape) => Uniform($"{seed}/dropblock/{iteration}/0/{layer}", shape);

    /// <summary>Runs a module.</summary>
    /// <param name="network">The network, in the mode in which it trains.</param>
    /// <param name="name">The module's name, or <see cref="Losses"/>.</param>
    /// <param name="inputs">Its inputs in order, each with the images first.</param>
    /// <param name="weights">Weights and statistics of the module, by the keys of the state_dict.</param>
    /// <param name="losses">What computes losses; null is the network's own.</param>
    /// <returns>output0 and so on, statistics by their keys, and gradients of a made-up loss: gradient/input0, gradient/KEY.</returns>
    /// <exception cref="AlignException">There is no such module, or it cannot be run alone.</exception>
    public static NamedTensors Run(
        PPYoloNetwork network,
        string name,
        NamedTensors inputs,
        NamedTensors weights,
        Func<IReadOnlyList<Tensor>, Tensor, IReadOnlyList<Tensor>, LossTerms>? losses = null
    )
    {
        using var scope = NewDisposeScope();
        List<StateEntry> entries = [.. StateEntries.Of(network).Where(entry => weights.Contains(entry.Key))];
        foreach (var entry in entries)
        {
            weights[entry.Key].CopyTo(entry.Key, entry.Value);
            entry.Value.grad = null;
        }

        List<Tensor> fed = [.. inputs.Select(pair => pair.Value.ToTorch())];
        // What the losses are told of objects has no gradient.
        var levels = (fed.Count - 1) / 2;
        List<Tensor> differentiable = name == Losses ? fed[..levels] : fed;
        differentiable.ForEach(input => input.requires_grad_(true));
        var outputs =
            name == Losses
                ? Terms((losses ?? new YoloLoss(network.Options).Compute)(fed[..levels], fed[levels], fed[(levels + 1)..]))
                : Call(Find(network, name), name, fed);
        var results = new NamedTensors();
        Tensor? total = null;
        for (var i = 0; i < outputs.Count; i++)
        {
            results.Add($"output{i}", outputs[i].ToData());
            if (outputs[i].requires_grad)
            {
                var along = (outputs[i] * Along(i, outputs[i].shape)).sum();
                total = total is null ? along : total.Plus(along);
            }
        }

        foreach (var entry in entries.Where(entry => !entry.IsParameter && entry.Value.is_floating_point()))
        {
            results.Add(entry.Key, entry.Value.ToData());
        }

        total?.backward();
        BackwardPass.Finish();
        foreach (
            var (key, value) in differentiable
                .Select((input, i) => ($"input{i}", input))
                .Concat(entries.Where(entry => entry.IsParameter).Select(entry => (entry.Key, entry.Value)))
        )
        {
            if (value.grad is { } gradient)
            {
                results.Add($"gradient/{key}", gradient.ToData());
                value.grad = null;
            }
        }

        return results;
    }

    /// <summary>How far two tensors of a name are from each other, over the larger norm; infinite where one of them is not there.</summary>
    public static double Distance(NamedTensors first, NamedTensors second, string name)
    {
        if (
            !first.TryGet(name, out var a)
            || !second.TryGet(name, out var b)
            || a.Type != b.Type
            || !a.Shape.AsSpan().SequenceEqual(b.Shape.AsSpan())
        )
        {
            return double.PositiveInfinity;
        }

        double difference = 0,
            one = 0,
            other = 0;
        ReadOnlySpan<float> x = a.As<float>(),
            y = b.As<float>();
        for (var i = 0; i < x.Length; i++)
        {
            difference += ((double)x[i] - y[i]) * ((double)x[i] - y[i]);
            one += (double)x[i] * x[i];
            other += (double)y[i] * y[i];
        }

        return difference == 0 ? 0 : Math.Sqrt(difference / Math.Max(one, other));
    }

    private static ReductionFacts Facts(string folder)
    {
        var path = Path.Combine(folder, "reduce.json");
        return StrictJson.Parse<ReductionFacts>(File.ReadAllText(path), path);
    }

    private static NamedTensors Computed(string folder, ReductionFacts facts)
    {
        var path = Path.Combine(folder, "settings.json");
        var options = StrictJson.Parse<TrainOptions>(File.ReadAllText(path), path);
        using NamedTensors inputs = Npz.Read(Path.Combine(folder, "inputs.npz")),
            weights = Npz.Read(Path.Combine(folder, "weights.npz"));
        using var network = new PPYoloNetwork(options.ToNetwork());
        network.train();
        Draw(network, facts.Seed, facts.Iteration);
        return Run(network, facts.Module, inputs, weights);
    }

    private static nn.Module Find(PPYoloNetwork network, string name) =>
        network.named_modules().FirstOrDefault(pair => pair.name == name).module
        ?? throw new AlignException($"the network has no module '{name}'; expected one of the names that its state_dict has");

    private static IReadOnlyList<Tensor> Call(nn.Module module, string name, List<Tensor> inputs) =>
        module switch
        {
            nn.Module<Tensor, Tensor> one => [one.call(inputs[0])],
            nn.Module<Tensor, IReadOnlyList<Tensor>> spread => spread.call(inputs[0]),
            nn.Module<Tensor, (Tensor Route, Tensor Tip)> block when block.call(inputs[0]) is var (route, tip) => [route, tip],
            // Such a module frees what it is given.
            nn.Module<IReadOnlyList<Tensor>, IReadOnlyList<Tensor>> many => many.call([.. inputs.Select(input => input.alias())]),
            _ => throw new AlignException($"module '{name}' cannot be run alone: it takes neither a map nor a list of maps"),
        };

    private static List<Tensor> Terms(LossTerms terms) => [.. terms.Terms.Select(term => term.Value)];

    /// <summary>The direction in which a gradient is taken: numbers from -1 to 1 by a portable generator.</summary>
    private static Tensor Along(int output, long[] shape)
    {
        var numbers = new float[TensorData.CountOf(shape)];
        new PortableStream($"reduce/along{output}").FillScaled(numbers, 1f);
        return TensorData.Of<float>(numbers, shape).ToTorch();
    }

    private static Tensor Uniform(string name, long[] shape)
    {
        var numbers = new float[TensorData.CountOf(shape)];
        new PortableStream(name).FillUniform(numbers);
        return TensorData.Of<float>(numbers, shape).ToTorch();
    }
}
