using PPYolo.Cli.Commands;

namespace PPYolo.Tests.Unit.Cli.Commands;

/// <summary>The lines of the reference's own documentation, with ppyolo for its programs.</summary>
public sealed class ReferenceLineTests
{
    private const string Experiment = "train -f exps/ppyolo/ppyolo_r50vd_aligngrad.py";

    [Theory]
    [InlineData("-d 1 -b 8 -eb 1 -c 00.pth", 1, "train --replay . --config ppyolo_r50vd_aligngrad --init 00.pth")]
    [InlineData("-d 2 -b 8 -eb 2 -c 00.pth", 2, "train --replay . --config ppyolo_r50vd_aligngrad --init 00.pth")]
    [InlineData("-d 1 -b 8 -eb 1 -c 00.pth", 0, "train --config ppyolo_r50vd_aligngrad --set batch=8 --data DIR -c 00.pth")]
    [InlineData(
        "-d 1 -b 8 -eb 1 -c w.pth --save_npz 1",
        0,
        "train --config ppyolo_r50vd_aligngrad --set batch=8 --init w.pth --data DIR --iterations 10 --record NEW"
    )]
    [InlineData(
        "-d 2 -b 8 -eb 2 -c w.pth --save_npz=1",
        0,
        "train --config ppyolo_r50vd_aligngrad --set batch=8 --ranks 2 --init w.pth --data DIR --iterations 10 --record NEW"
    )]
    [InlineData("-d 1 -b 8 -eb 1 -c 000.pth --save_npz 0", 1, "train --replay . --config ppyolo_r50vd_aligngrad --init 000.pth")]
    [InlineData(
        "-d 1 -b 8 -eb 1 -c 000.pth --save_npz 0",
        2,
        "merge . --out merged && ppyolo train --replay merged --config ppyolo_r50vd_aligngrad --init 000.pth"
    )]
    public void A_line_of_its_train_is_answered_by_the_line_that_does_the_same(string line, int ranks, string same) =>
        ReferenceLine
            .For($"{Experiment} {line}".Split(' '), ranks)
            .Should()
            .Be($"-d is of the reference's train.py; the same is: ppyolo {same}");

    [Fact]
    public void A_launch_on_several_machines_is_answered_by_one_of_MPI() =>
        LaunchHint
            .For($"{Experiment} --dist-url tcp://10.0.0.1:12319 --num_machines 2 --machine_rank 1 -b 8 -eb 2 -c 00.pth".Split(' '), 2)
            .Should()
            .EndWith("mpirun -np 2 -H HOST0,HOST1 dotnet ppyolo.dll train --replay . --config ppyolo_r50vd_aligngrad --init 00.pth");

    [Theory]
    [InlineData("diff --cp1 a.pth --cp2 b.pth --d_value 0.0005", "diff a.pth b.pth --d-value 0.0005")]
    [InlineData("diff --d_value=1e-5 --cp2=b.pth --cp1=a.pth", "diff a.pth b.pth --d-value 1e-5")]
    [InlineData("convert -f exps/ppyolo/x.py -c 00.pdema -oc 00.pth -nc 20", "convert 00.pdema 00.pth -nc 20")]
    [InlineData("convert --exp_file x.py --ckpt 00.pdema --output_ckpt 00.pth --num_classes 20", "convert 00.pdema 00.pth -nc 20")]
    [InlineData("diff a.pth b.pth --d-value 1", "diff a.pth b.pth --d-value 1")]
    [InlineData("train --config ppyolo_r18vd_voc2012 -c w.pth", "train --config ppyolo_r18vd_voc2012 -c w.pth")]
    public void Lines_of_its_other_programs_are_spelled_as_here(string line, string same)
    {
        ReferenceLine.Translate(line.Split(' ')).Should().Equal(same.Split(' '));
        ReferenceLine.For(line.Split(' '), 0).Should().BeNull();
    }
}
