using PPYolo.Align.Golden;
using PPYolo.Align.Tensors;

namespace PPYolo.Tests.Unit.Align.Golden;

/// <summary>A tensor with the golden's bits is not summarized again, and any other is.</summary>
public sealed class GoldenRecorderTests
{
    private const double Planted = 12345;

    /// <summary>Only a golden says this of the weight: whether it was asked shows.</summary>
    private static readonly GoldenRecord Golden = Runs.Golden().With("weight", tensor => tensor with { Moved = Planted, Floor = 1 });

    [Fact]
    public void A_tensor_with_the_golden_s_bits_is_taken_from_it()
    {
        var weight = Weight(Runs.Run(golden: Golden));

        weight.Moved.Should().Be(Planted);
        weight.Floor.Should().BeNull("a run has none before twins were run");
    }

    [Fact]
    public void A_tensor_with_other_bits_is_summarized() =>
        Weight(Runs.Run(noise: 1e-6, golden: Golden)).Should().BeEquivalentTo(Weight(Runs.Run(noise: 1e-6)));

    [Fact]
    public void A_tensor_of_another_shape_or_type_is_not_the_golden_s_though_its_bytes_are()
    {
        foreach (
            var other in new[]
            {
                Golden.With("weight", tensor => tensor with { Shape = [4] }),
                Golden.With("weight", tensor => tensor with { Type = ElementType.Int32 }),
                Golden.With("weight", tensor => tensor with { Movement = null }),
            }
        )
        {
            Weight(Runs.Run(golden: other)).Should().BeEquivalentTo(Weight(Runs.Run()));
        }
    }

    [Fact]
    public void A_run_from_other_weights_takes_nothing_from_the_golden() =>
        Weight(Runs.Run(golden: Golden with { Start = "other weights" })).Should().BeEquivalentTo(Weight(Runs.Run()));

    [Fact]
    public void Roles_are_the_run_s()
    {
        var frozen = Golden.With("weight", tensor => tensor with { Role = GoldenRole.Frozen });

        Weight(Runs.Run(golden: frozen)).Role.Should().Be(GoldenRole.Trained, "what the golden says of it is compared with that");
    }

    private static GoldenTensor Weight(GoldenRecord record) =>
        record.Tensors.Single(tensor => tensor.Name == "weight" && tensor.Part == GoldenPart.Weight);
}
