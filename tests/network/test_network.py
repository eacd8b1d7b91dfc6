#!/usr/bin/env python3
"""Runs every case against one network of four validators and an observer.

    tests/network/test_network.py [-v] [JobCases.test_…]      TOUCHSTONE_BINARY, TOUCHSTONE_SEED, KEEP_DEVNET
"""

import sys
import time
import unittest

import harness
import shared
from audit_cases import AuditCases
from bad_input_cases import BadRpcCases, BadPeerCases, BadTransactionCases
from container_cases import ContainerCases
from crash_cases import CrashCases, StorageCases
from epcis_cases import EpcisCases
from governance_cases import GovernanceCases
from insider_cases import InsiderCases
from job_cases import CustodyCases, RegisterCases, VerifyCases
from lie_cases import LieCases
from newest_cases import NewestCases
from observer_cases import IdleCases, ObserverCases
from report_cases import ReportCases


def load_tests(loader, _tests, _pattern):
    """In this order: what merely asks comes before what kills."""
    ordered = [RegisterCases, CustodyCases, ContainerCases, VerifyCases, NewestCases, ReportCases, EpcisCases, InsiderCases,
               IdleCases, AuditCases, BadRpcCases, BadTransactionCases, BadPeerCases, ObserverCases, CrashCases, StorageCases,
               GovernanceCases, LieCases]
    return unittest.TestSuite(loader.loadTestsFromTestCase(cases) for cases in ordered)


if __name__ == "__main__":
    print(f"seed {shared.SEED}", file=sys.stderr, flush=True)
    started = time.monotonic()
    with harness.Devnet(observers=1) as shared.net:
        program = unittest.main(exit=False)
    print(f"{time.monotonic() - started:.1f} s", file=sys.stderr)
    sys.exit(not program.result.wasSuccessful())
