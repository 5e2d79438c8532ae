using PPYolo.Train.Ranks.Mpi;

namespace PPYolo.Tests.Unit.Train.Ranks;

public class MpiLaunchTests
{
    [Fact]
    public void Started_alone_is_no_launch() => Find().Should().BeNull();

    [Fact]
    public void Mpirun_says_how_many_and_which_on_this_machine() =>
        Find(("OMPI_COMM_WORLD_SIZE", "4"), ("OMPI_COMM_WORLD_RANK", "3"), ("OMPI_COMM_WORLD_LOCAL_RANK", "1"))
            .Should()
            .Be(new MpiLaunch("mpirun", 4, 3, 1));

    [Fact]
    public void One_rank_under_mpirun_is_a_launch() =>
        Find(("OMPI_COMM_WORLD_SIZE", "1")).Should().Be(new MpiLaunch("mpirun", 1, null, null));

    [Fact]
    public void Srun_is_a_launch() =>
        Find(("SLURM_STEP_NUM_TASKS", "2"), ("SLURM_PROCID", "1"), ("SLURM_LOCALID", "0")).Should().Be(new MpiLaunch("srun", 2, 1, 0));

    [Fact]
    public void A_batch_script_and_a_step_of_one_task_are_not() =>
        Find(("SLURM_NTASKS", "2"), ("SLURM_PROCID", "0"), ("SLURM_STEP_NUM_TASKS", "1")).Should().BeNull();

    [Fact]
    public void Inside_a_Slurm_step_mpirun_counts() =>
        Find(("SLURM_STEP_NUM_TASKS", "2"), ("OMPI_COMM_WORLD_SIZE", "8"), ("OMPI_COMM_WORLD_LOCAL_RANK", "3"))
            .Should()
            .Be(new MpiLaunch("mpirun", 8, null, 3));

    [Fact]
    public void Another_MPIs_launcher_is_seen() => Find(("PMI_SIZE", "2"), ("PMI_RANK", "0"))!.Launcher.Should().Contain("another MPI");

    [Theory]
    [InlineData(0, 0, true)]
    [InlineData(1, 1, false)]
    // The first of another machine.
    [InlineData(2, 0, false)]
    [InlineData(null, 0, true)]
    [InlineData(null, 1, false)]
    [InlineData(null, null, true)]
    public void One_rank_speaks_for_all(int? rank, int? local, bool speaks) =>
        new MpiLaunch("mpirun", 4, rank, local).Speaks.Should().Be(speaks);

    private static MpiLaunch? Find(params (string Name, string Value)[] environment) =>
        MpiLaunch.Find(name => environment.FirstOrDefault(variable => variable.Name == name).Value);
}
