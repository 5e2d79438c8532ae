using PPYolo.Align.Golden;
using static TorchSharp.torch;

var rate = 0.1;
if (args is not [] && !(args is [var text] && double.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, out rate)))
{
    Console.Error.WriteLine("usage: Golden [RATE]");
    return 2;
}

try
{
    Console.WriteLine(GoldenRun.Require("model.verified.golden", "two layers on noise", $"rate {rate}", Train).Summary);
    return 0;
}
catch (GoldenException exception)
{
    Console.Error.WriteLine(exception.Message);
    return 1;
}

void Train(GoldenRun golden)
{
    random.manual_seed(1);
    using var model = nn.Sequential(("hidden", nn.Linear(8, 16)), ("tanh", nn.Tanh()), ("out", nn.Linear(16, 1)));
    using var optimizer = optim.SGD(model.parameters(), rate);
    var (y, x) = (randn(32, 1), golden.Perturb(randn(32, 8)));
    golden.Start(model, optimizer);
    for (var iteration = 0; iteration < golden.Iterations; iteration++)
    {
        optimizer.zero_grad();
        using var loss = nn.functional.mse_loss(model.call(x), y);
        loss.backward();
        golden.AfterBackward(("mse", loss));
        optimizer.step();
        golden.AfterStep();
    }
}
