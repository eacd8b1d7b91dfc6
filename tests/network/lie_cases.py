"""A node that lies about an item, in every way of lies.py and its likes: no program believes it. The long form is tools/lie."""

import unittest

import harness
import lie
import lie_trial
import shared


class LieCases(unittest.TestCase):
    """On a network of its own, whose validators change."""

    def test_no_lie_is_believed(self):
        with harness.Devnet(validators=4) as net:
            stage = lie_trial.Stage(net, shared.SEED)
            stage.play()
            self.check_the_honest(stage)
            liar = lie.Liar(stage, shared.SEED)
            liar.tell(planned for planned in lie.plan(3 * len(lie.names())) if planned[1] not in lie.SLOW)
        print(f"\nseed {shared.SEED}: {liar.summary()}")
        self.assertEqual([lie.explain(trial) for trial in liar.faults], [])
        # Lies that no program can be told any more would be believed unheard.
        self.assertEqual({name for name, _ in liar.counts}, set(lie.names()) - set(lie.SLOW))
        self.assertGreater(liar.total("older"), 0)

    def check_the_honest(self, stage):
        """Honest answers are believed, or nothing would follow from lies that are not."""
        for world in list(stage.scene.worlds.values())[1:]:
            for (program, situation, form), said in world.honest.items():
                self.assertTrue(said.is_claim and not said.fault(), f"{world.name} {situation}: {program} says {said.out}{said.err}")
        verdicts = {situation: said.out.split()[0] for (program, situation, form), said
                    in stage.scene.worlds[stage.scene.last].honest.items() if (program, form) == ("verify", "text")}
        self.assertEqual([verdicts[name] for name in ("genuine", "recalled", "flagged", "never registered")],
                         ["GENUINE", "CAUTION", "CAUTION", "UNKNOWN"])
