using PPYolo.Align.Formats;
using PPYolo.Align.Tensors;
using PPYolo.Align.Watching;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

/// <summary>The port of samples/pytorch/train.py.</summary>
internal static class Training
{
    /// <summary>Starts from the weights of another record, trains on its batches, and records itself; with a word, with that bug.</summary>
    public static void Run(string theirs, string output, string? bug)
    {
        using var network = Sequential(
            ("first", Block(3, 8)),
            ("second", Block(8, 16)),
            ("pool", AdaptiveAvgPool2d(1)),
            ("flat", Flatten()),
            ("head", Linear(16, 4))
        );
        using (NewDisposeScope())
        {
            using var start = TensorFile.Read(Path.Combine(theirs, "000.npz"));
            network.load_state_dict(start.ToDictionary(pair => pair.Key, pair => pair.Value.ToTorch()));
        }

        var parameters = network.named_parameters().Select(pair => pair.parameter).ToLookup(value => bug == "decay" || value.dim() > 1);
        using var optimizer = optim.SGD([Group(parameters[false], decay: 0), Group(parameters[true], decay: 0.01)], 0.05);
        var average = network.state_dict().ToDictionary(pair => pair.Key, pair => pair.Value.clone());
        using var watch = RunWatch.Start(network, optimizer, output, new() { Averages = () => average });
        List<Action> steps = [() => optimizer.step(), () => Update(average, network)];
        for (var iteration = 0; iteration < 10; iteration++)
        {
            using var scope = NewDisposeScope();
            using var batch = TensorFile.Read(Path.Combine(theirs, $"batch{iteration:D5}_rank00.npz"));
            var (images, labels) = (batch["image"].ToTorch(), batch["label"].ToTorch());
            watch.Batch(("image", images), ("label", labels));
            var loss = functional.cross_entropy(network.call(images), labels);
            watch.Losses(("loss_ce", loss));
            optimizer.zero_grad();
            loss.backward();
            (bug == "average" ? Enumerable.Reverse(steps) : steps).ToList().ForEach(step => step());
            watch.Step();
        }

        watch.Close();
    }

    // What is not said of a group is not the optimizer's.
    private static SGD.ParamGroup Group(IEnumerable<Parameter> parameters, double decay) =>
        new(parameters, lr: 0.05, momentum: 0.9, weight_decay: decay);

    private static Sequential Block(int inputs, int outputs) =>
        Sequential(("conv", Conv2d(inputs, outputs, 3, 2, 1, bias: false)), ("norm", BatchNorm2d(outputs)), ("activation", ReLU()));

    private static void Update(Dictionary<string, Tensor> average, Sequential network)
    {
        using var noGrad = no_grad();
        using Tensor kept = tensor(0.9),
            taken = tensor(0.1);
        foreach (var (name, value) in network.state_dict())
        {
            average[name].copy_(value.is_floating_point() ? (average[name] * kept) + (value * taken) : value);
        }
    }
}
