using PPYolo.Align.Formats;
using PPYolo.Align.Tensors;
using PPYolo.Align.Watching;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

/// <summary>The port of samples/pytorch/train.py.</summary>
internal static class Training
{
    /// <summary>Starts from the weights of another record, trains on its batches, and records itself.</summary>
    /// <param name="theirs">The record of samples/pytorch/train.py.</param>
    /// <param name="output">Where the own record goes.</param>
    /// <param name="bug">Weight decay on biases and norms too ("decay"), the average before the step ("average"), or none.</param>
    public static void Run(string theirs, string output, string? bug)
    {
        using var network = nn.Sequential(
            ("first", Block(3, 8)),
            ("second", Block(8, 16)),
            ("pool", nn.AdaptiveAvgPool2d(1)),
            ("flat", nn.Flatten()),
            ("head", nn.Linear(16, 4))
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
        for (var iteration = 0; iteration < 10; iteration++)
        {
            using var scope = NewDisposeScope();
            using var batch = TensorFile.Read(Path.Combine(theirs, $"batch{iteration:D5}_rank00.npz"));
            var (images, labels) = (batch["image"].ToTorch(), batch["label"].ToTorch());
            watch.Batch(("image", images), ("label", labels));
            var loss = nn.functional.cross_entropy(network.call(images), labels);
            watch.Losses(("loss_ce", loss));
            optimizer.zero_grad();
            loss.backward();
            if (bug == "average")
            {
                UpdateAverage();
            }

            optimizer.step();
            if (bug != "average")
            {
                UpdateAverage();
            }

            watch.Step();
        }

        watch.Close();

        void UpdateAverage()
        {
            using var noGrad = no_grad();
            // Held while libtorch reads them: a number that an operator makes may be gone by then.
            using Scalar kept = 0.9,
                taken = 0.1;
            foreach (var (name, value) in network.state_dict())
            {
                if (value.is_floating_point())
                {
                    average[name].mul_(kept).add_(value, alpha: taken);
                }
                else
                {
                    average[name].copy_(value);
                }
            }
        }
    }

    // What is not said of a group is not the optimizer's.
    private static SGD.ParamGroup Group(IEnumerable<Parameter> parameters, double decay) =>
        new(parameters, lr: 0.05, momentum: 0.9, weight_decay: decay);

    private static nn.Module<Tensor, Tensor> Block(int inputs, int outputs) =>
        nn.Sequential(
            ("conv", nn.Conv2d(inputs, outputs, 3, 2, 1, bias: false)),
            ("norm", nn.BatchNorm2d(outputs)),
            ("activation", nn.ReLU())
        );
}
