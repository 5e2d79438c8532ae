using PPYolo.Train.Ranks;
using PPYolo.Train.Ranks.Mpi;
using static TorchSharp.torch;

namespace PPYolo.Tests.Unit.Train.Ranks;

public class MpiEnvelopeTests
{
    [Theory]
    [InlineData("")]
    [InlineData("gradients")]
    [InlineData("Gewicht \u00fc \u6743\u91cd")]
    [InlineData("cut", 500)]
    [InlineData("\ud83d\udc1f", 200)]
    public void A_call_is_read_as_it_was_written(string what, int times = 1)
    {
        var call = MpiEnvelope.Fit(new RankCall(CallKind.Sum, string.Concat(Enumerable.Repeat(what, times)), ScalarType.Float64, 1L << 33));
        var header = new byte[MpiEnvelope.HeaderBytes];
        MpiEnvelope.Write(call, call.Bytes, header);
        var other = MpiEnvelope.Fit(new RankCall(CallKind.Barrier, "other"));
        var mine = new byte[MpiEnvelope.HeaderBytes];
        MpiEnvelope.Write(other, 0, mine);
        MpiEnvelope.Read(header, mine, other).Should().Be((call, 1L << 36));
        MpiEnvelope.Read(header, header, call).Should().Be((call, 1L << 36));
    }

    [Fact]
    public void Long_names_that_differ_at_their_end_stay_different()
    {
        var name = new string('x', 400);
        MpiEnvelope.Fit(new RankCall(CallKind.Sum, name + "1")).Should().NotBe(MpiEnvelope.Fit(new RankCall(CallKind.Sum, name + "2")));
    }

    [Fact]
    public void A_call_whose_name_is_a_prefix_of_mine_is_another()
    {
        var mine = new RankCall(CallKind.Barrier, "epoch 10");
        var header = new byte[MpiEnvelope.HeaderBytes];
        MpiEnvelope.Write(mine, 0, header);
        var other = header.ToArray();
        MpiEnvelope.Write(new RankCall(CallKind.Barrier, "epoch 1"), 0, other);
        MpiEnvelope.Read(other, header, mine).Call.What.Should().Be("epoch 1");
    }
}
