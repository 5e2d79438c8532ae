using PPYolo.Align.Golden;
using PPYolo.Align.Tensors;
using static TorchSharp.torch;

var rate = args.Length > 0 ? double.Parse(args[0], System.Globalization.CultureInfo.InvariantCulture) : 0.1;
try
{
    // Train(0) is the run; the others differ from it in rounding alone and show how much of it is noise.
    Console.WriteLine(GoldenFile.Require("model.verified.golden", Train(0), () => [.. Enumerable.Range(1, 4).Select(Train)]).Summary);
    return 0;
}
catch (GoldenException exception)
{
    Console.Error.WriteLine(exception.Message);
    return 1;
}

GoldenRecord Train(int twin)
{
    random.manual_seed(1);
    using var model = nn.Sequential(("hidden", nn.Linear(8, 16)), ("tanh", nn.Tanh()), ("out", nn.Linear(16, 1)));
    var (y, x) = (randn(32, 1), randn(32, 8));
    x *= 1 + (1e-7 * twin * (rand(32, 8) - 0.5));
    var start = TorchTensors.State(model);
    var golden = new GoldenRecorder("two layers on noise", start, trained: start.Names);
    using var optimizer = optim.SGD(model.parameters(), rate);
    for (var iteration = 0; iteration < 10; iteration++)
    {
        optimizer.zero_grad();
        using var loss = nn.functional.mse_loss(model.call(x), y);
        loss.backward();
        if (iteration == 0)
        {
            golden.Add(GoldenPart.Gradient, TorchTensors.Gradients(model));
        }

        optimizer.step();
        golden.Iteration(rate, [new("mse", loss.item<float>())]);
        golden.Trace(iteration, GoldenPhase.Optimizer, model.state_dict());
    }

    golden.Add(GoldenPart.Weight, TorchTensors.State(model));
    return golden.Build(GoldenEnvironment.Current($"rate {rate}"));
}
