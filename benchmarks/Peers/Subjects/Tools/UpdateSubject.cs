using PPYolo.Model;
using PPYolo.Model.State;
using PPYolo.Peers.Measuring;
using PPYolo.Train.Optimization;
using PPYolo.Train.Options;
using static TorchSharp.torch;

namespace PPYolo.Peers.Subjects.Tools;

/// <summary>
/// SGD's step and the moving average over all of ResNet50-vd's PP-YOLO: ours, or TorchSharp's optimizer and plain operations.
/// </summary>
internal sealed class UpdateSubject : ISubject
{
    private const double WeightDecay = 5e-4,
        Rate = 1e-6;

    private readonly PPYoloNetwork network;
    private readonly SgdMomentum sgd;
    private readonly ExponentialMovingAverage ema;
    private readonly optim.Optimizer optimizer;
    private readonly List<(Tensor Value, Tensor Average)> averages;
    private readonly bool plain;

    public UpdateSubject(string weightsFile, bool plain)
    {
        this.plain = plain;
        network = UpdateWork.Network(weightsFile);
        var entries = StateEntries.Of(network);
        var groups = ParameterGroup.Of(entries, WeightDecay);
        sgd = new(groups, 0.9);
        ema = new(entries, new TrainOptions().ToRecipe());
        optimizer = optim.SGD(
            groups.Select(group => new TorchSharp.Modules.SGD.ParamGroup(
                group.Parameters.Select(entry => (TorchSharp.Modules.Parameter)entry.Value),
                lr: Rate,
                momentum: 0.9,
                weight_decay: group.WeightDecay
            )),
            Rate
        );
        averages = plain
            ?
            [
                .. entries
                    .Where(entry => !entry.IsBatchCounter)
                    .Select(entry => (entry.Value, zeros_like(entry.Value, requires_grad: false))),
            ]
            : [];
    }

    public void Run()
    {
        if (!plain)
        {
            sgd.Step(Rate, [1, 1]);
            ema.Update();
            return;
        }

        optimizer.step();
        using var noGrad = no_grad();
        foreach (var (value, average) in averages)
        {
            average.mul_(0.9).add_(value, alpha: 0.1);
        }
    }

    public void Dispose()
    {
        optimizer.Dispose();
        sgd.Dispose();
        ema.Dispose();
        network.Dispose();
    }
}
